"""Webmentions as values: what the Recommendation says of requests, pages and links. Pure."""
