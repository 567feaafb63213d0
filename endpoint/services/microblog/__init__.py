"""What apps for Micro.blog are given: one service for each part of its JSON API."""

from dataclasses import dataclass

from endpoint.services.microblog.accounts import Accounts
from endpoint.services.microblog.acting import Acting
from endpoint.services.microblog.checking import Checking
from endpoint.services.microblog.reading import Reading


@dataclass(frozen=True)
class Microblog:
    """The services behind the API, and the ``username`` that the owner has there."""

    username: str
    reading: Reading
    checking: Checking
    acting: Acting
    accounts: Accounts
