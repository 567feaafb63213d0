"""What a Webmention request may say, which page it means, and when its source is looked at."""
