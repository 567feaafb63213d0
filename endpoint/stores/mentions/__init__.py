"""Webmentions that came in, as rows: each module asks and changes them for one purpose."""
