"""Use cases: who may do what, and in which order."""
