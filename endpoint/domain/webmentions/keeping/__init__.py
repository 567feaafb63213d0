"""Mentions as files of the repository."""
