"""Copies of posts on Micro.blog, or on any other server that speaks Micropub."""

from endpoint.config.syndication import SyndicationTarget
from endpoint.syndicators import Syndicator, Tools
from endpoint.syndicators.microblog.micropub import MicropubSyndicator
from endpoint.syndicators.microblog.ping import PingSyndicator
from endpoint.syndicators.options import read_options

_SERVER = "https://micro.blog/"


def make(target: SyndicationTarget, tools: Tools) -> Syndicator:
    """Return what posts with the token of ``target``, or without one says that the feed is new."""
    read_options(target, *(["destination"] if target.token else []))
    server = target.server or _SERVER
    if not server.endswith("/"):
        server += "/"
    if target.token:
        return MicropubSyndicator(target, server, tools)
    return PingSyndicator(target, server, tools)
