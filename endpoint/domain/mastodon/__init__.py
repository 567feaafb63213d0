"""What Mastodon's API says, as values."""
