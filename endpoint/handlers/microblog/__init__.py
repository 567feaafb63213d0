"""Micro.blog's JSON API, at the addresses that its apps know: a module for each part of it."""

from endpoint.handlers.microblog import accounts, actions, feeds
from endpoint.handlers.microblog.api import bp

__all__ = ["accounts", "actions", "bp", "feeds"]
