"""How Hugo and Jekyll want a post: its path, permalink, front matter and body. Pure functions."""
