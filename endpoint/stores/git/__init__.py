"""What git keeps, read and written: objects, trees, commits and branches."""
