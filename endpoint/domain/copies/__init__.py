"""The text of a post as other networks take it: made plain, counted and cut to their limits."""
