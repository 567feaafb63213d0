"""The submodules of a site's checkout, themes for the most part."""

from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.git.incoming import find_room
from endpoint.stores.git.network import Network
from endpoint.stores.git.refusals import quote

_LONGEST_S = 600

# Whoever pushes names them: what lies on this machine is not to be had that way.
_SETTINGS = (
    "protocol.https.allow=always",
    "protocol.ssh.allow=always",
    "protocol.file.allow=never",
    "http.followRedirects=initial",
    # Themes are old repositories, some with commits that no host would take today.
    "fetch.fsckObjects=false",
)


def update_submodules(checkout: Path, network: Network) -> None:
    """Bring the submodules of ``checkout`` to what its commit says; nothing without any.

    An address that begins with dots is taken from that of ``network``, which
    holds no secrets. Raise Unavailable if one cannot be fetched, by https or ssh
    and without a password.
    """
    if not (checkout / ".gitmodules").is_file():
        return
    remote = network.access.address
    origin = [] if remote.scheme == "file" else [f"remote.origin.url={remote.url}"]
    settings = [*_SETTINGS, *origin]
    words = [*(word for setting in settings for word in ("-c", setting)), "submodule", "--quiet"]
    update = ("update", "--init", "--recursive", "--force", "--checkout")
    # Where an address has changed, the new one counts.
    for step in (("sync", "--recursive"), update):
        said = network.run(*words, *step, timeout_s=_LONGEST_S, most_bytes=find_room(checkout))
        if said.code:
            raise Unavailable(
                "A submodule of the site cannot be fetched; it must be open to all by https,"
                f" or to this server by ssh. {quote(said.errors)}"
            )
