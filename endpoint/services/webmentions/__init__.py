"""Webmentions in and out: receiving, looking, deciding, keeping in git, listing and sending."""
