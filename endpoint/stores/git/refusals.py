"""What git, ssh and the hosting say when they refuse, as one sentence with the mend."""

import re

from endpoint.stores.git.access import Access
from endpoint.stores.git.network import Said

_LONGEST = 300

_CAUSES: tuple[tuple[str, str], ...] = (
    (
        "File too large",
        "The remote sends more than the disk of the repository has room for; make room, or clone"
        " again without the large files (endpoint init --filter blob:limit=1m)",
    ),
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "The remote shows another host key than the known one; if its owner has announced that,"
        " drop the old one with ssh-keygen -R {host} and add the new one with {keyscan}",
    ),
    (
        "Host key verification failed",
        "The remote's host key is not known; add it with {keyscan} and compare the fingerprint"
        " with the one its owner publishes",
    ),
    (
        r"Permission denied \(|Permission denied, please",
        "The remote does not accept the key; give it the public half of repository.ssh_key as a"
        " deploy key with the right to write",
    ),
    (
        r"Authentication failed|could not read (Username|Password)|error: 40[13]",
        "The remote does not let us in; set repository.token to a token with the right to write,"
        " and repository.username if the host asks whose it is",
    ),
    (
        r"error: 30\d|unable to update url base from redirection",
        "The remote has moved to another address; write the new one in repository.remote",
    ),
    (
        r"not found|does not appear to be a git repository|does not exist|error: 404"
        r"|Repository not found",
        "There is no repository at repository.remote, or none that this key or token may see",
    ),
    (
        r"Could not resolve host|Connection refused|Connection timed out|Network is unreachable"
        r"|Failed to connect|Connection reset|No route to host|timed out|unexpected disconnect"
        r"|early EOF|hung up|error: 5\d\d|Operation too slow|Connection closed",
        "The remote cannot be reached",
    ),
)


def explain(errors: str, access: Access) -> str:
    """Return one ASCII sentence on what git's ``errors`` mean, and what to do."""
    for pattern, sentence in _CAUSES:
        if re.search(pattern, errors):
            told = sentence.format(host=access.address.host, keyscan=_keyscan(access))
            detail = quote(errors)
            return _clean(told) + (f" ({detail})" if detail and "{" not in sentence else "")
    return f"The remote cannot be used: {quote(errors) or 'it gave no reason'}"


def quote_remote(said: Said, summary: str) -> str:
    """Return what the remote's hooks said to the owner, or else git's own ``summary``."""
    lines = [
        line.removeprefix("remote:").strip()
        for line in said.errors.splitlines()
        if line.startswith("remote:")
    ]
    told = " ".join(line for line in lines if line)
    reason = summary.partition("(")[2].rpartition(")")[0] or summary
    return _clean(f"{told} ({reason})" if told else reason)


def quote(errors: str) -> str:
    """Return the line of git's ``errors`` that tells most."""
    lines = errors.splitlines()
    chosen = [line for line in lines if re.match(r"fatal:|error:|ssh:|remote:", line)]
    return _clean((chosen or lines or [""])[0])


def _keyscan(access: Access) -> str:
    port = f"-p {access.address.port} " if access.address.port else ""
    return (
        f"ssh-keyscan {port}{access.address.host} >> {access.known_hosts or '~/.ssh/known_hosts'}"
    )


def _clean(text: str) -> str:
    """Return ``text`` as printable ASCII on one line, without escapes, of bounded length."""
    plain = re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", text)
    ascii_only = re.sub(
        r"[^ -~]", "?", " ".join(plain.replace('"', "'").replace("\\", "/").split())
    )
    return ascii_only if len(ascii_only) <= _LONGEST else ascii_only[: _LONGEST - 3] + "..."
