"""What an app says of itself where apps are registered by software, as Mastodon's are."""

from dataclasses import dataclass

from endpoint.domain.indieauth.client_information import clean_name
from endpoint.domain.indieauth.redirect_uris import OUT_OF_BAND, check_redirect_uri
from endpoint.domain.indieauth.scopes import are_scopes
from endpoint.domain.urls import canonical
from endpoint.errors import InvalidRequest

_MAX_URIS_LENGTH = 2000
_MAX_SCOPES_LENGTH = 500
_MAX_WEBSITE_LENGTH = 200


@dataclass(frozen=True)
class Registration:
    """An app; nobody has looked whether what it says is true.

    ``name`` is one line of plain text, ``website`` an http or https URL or
    empty, ``scopes`` is blank-separated; the redirect URIs are as they were
    given, and the app is answered at these and nowhere else, letter by letter.
    """

    name: str
    website: str
    scopes: str
    redirect_uris: tuple[str, ...]


def make_registration(
    name: str, website: str, scopes: str, redirect_uris: list[str]
) -> Registration:
    """Return the registration an app asks for.

    Several redirect URIs may also come in one text, with blanks or lines
    between them; without scopes it is ``read``. Raise InvalidRequest, naming
    the parameter, if the app could not be shown or answered.
    """
    line = clean_name(name)
    if not line:
        raise InvalidRequest("client_name is missing; send the name of the app")
    if len(scopes) > _MAX_SCOPES_LENGTH or not are_scopes(scopes):
        raise InvalidRequest("scopes must be short names with blanks between them")
    uris = tuple(dict.fromkeys(uri for text in redirect_uris for uri in text.split()))
    _check(uris)
    return Registration(line, _clean_website(website), " ".join(scopes.split()) or "read", uris)


def _check(uris: tuple[str, ...]) -> None:
    if not uris:
        raise InvalidRequest("redirect_uris is missing; send where the app is to be answered")
    if sum(map(len, uris)) > _MAX_URIS_LENGTH:
        raise InvalidRequest(
            f"redirect_uris are longer than {_MAX_URIS_LENGTH} characters; send fewer of them"
        )
    for uri in uris:
        if uri == OUT_OF_BAND:
            continue
        try:
            check_redirect_uri(uri)
        except ValueError as error:
            raise InvalidRequest(str(error).replace("redirect_uri", "redirect_uris")) from error


def _clean_website(website: str) -> str:
    try:
        url = canonical(website.strip())
    except ValueError:
        return ""
    return url if len(url) <= _MAX_WEBSITE_LENGTH and url.isascii() else ""
