"""What the source of a Webmention says: its links, its entry, its author. Pure."""
