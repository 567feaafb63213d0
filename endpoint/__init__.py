"""The small server beside a static site: Micropub in, git commits out."""

__version__ = "0.1.0"
