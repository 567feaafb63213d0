"""Merging by rule: what two people made of the same thing becomes one, or a clash."""


class Clash(ValueError):
    """Both sides changed the same; the message names what, in words for the owner."""
