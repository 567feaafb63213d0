"""Files that apps sent: cleaned, kept, and found again."""

from mmap import mmap

Data = bytes | mmap
"""A file's bytes, in memory or where they lie."""
