"""Mentions as lists, in the words of webmention.io."""
