"""How Bluesky names things, and marks what leads somewhere."""
