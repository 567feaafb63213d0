"""Which IP addresses belong to the public internet, and which a name has."""

import ipaddress
import socket

# The IANA special-purpose registries, and multicast. Python's own is_global has changed its mind
# between patch releases, so the list is ours.
_PRIVATE_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's metadata service behind a public-looking address
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_PRIVATE_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # Teredo, benchmarks, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Return whether ``address`` can be reached by anybody on the internet.

    An IPv6 address that carries an IPv4 one (mapped, or NAT64, which is how
    IPv6-only hosts reach the old internet) is as public as that one; 6to4 and
    Teredo never are. False for what is no IP address in its usual spelling.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return _is_public_v4(parsed)
    return _is_public_v6(parsed)


def is_private_host(host: str) -> bool:
    """Return whether ``host`` is private before anybody is asked for its address.

    It is an address that is not public, or ``localhost`` or a name below it,
    which are this machine whatever a name server says (RFC 6761 §6.3).
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


def resolve(host: str, port: int) -> list[str]:
    """Return every IP address of ``host``, each once, in the system's order.

    The system's resolver also reads ``127.1``, ``0x7f000001`` and the like, so
    that no spelling gets past it. Raise OSError if there is none.
    """
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def _is_public_v4(address: ipaddress.IPv4Address) -> bool:
    return not any(address in network for network in _PRIVATE_V4)


def _is_public_v6(address: ipaddress.IPv6Address) -> bool:
    if address.scope_id:
        return False
    if address.ipv4_mapped:
        return _is_public_v4(address.ipv4_mapped)
    if address in _NAT64:
        return _is_public_v4(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_V6 and not any(address in network for network in _PRIVATE_V6)
