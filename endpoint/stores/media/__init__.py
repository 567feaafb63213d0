"""Files that apps sent: cleaned, kept, and found again."""
