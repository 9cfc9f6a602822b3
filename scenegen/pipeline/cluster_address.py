"""Whether a Ray cluster answers at an address, asked without Ray, which would ask for minutes."""

import os
import socket

from scenegen.errors import RunError, first_line

REACH_SECONDS = 5.0
"""How long an address may take to answer."""
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""What a client of HTTP/2, on which gRPC and so Ray's head rest, says first: the preface and settings of length 0."""
SETTINGS = 4
"""The type, fourth byte, of the frame that the server says first (RFC 9113, sections 3.4 and 4.1)."""
AGAIN = "see to it, then run the same command again: what is made is kept"
"""What to do where one does not."""


def require_cluster(giver: str, address: str | None) -> None:
    """Raise RunError where no Ray cluster listens at HOST:PORT, as `giver` says: Ray would ask for minutes."""
    if not address or ":" not in address or "/" in address:
        return
    try:
        _greet(address)
    except (OSError, ValueError, OverflowError) as error:
        raise RunError(f"{giver} {address}: no Ray cluster answers there ({first_line(error)}): {AGAIN}") from None


def reach(address: str) -> None:
    """Raise OSError where nothing listens at HOST:PORT, and ValueError or OverflowError where that is no address."""
    _connection(address).close()


def _connection(address: str) -> socket.socket:
    """A connection to HOST:PORT, which answers in REACH_SECONDS or raises TimeoutError. Raises as `reach`."""
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS)  # IPv6 stands in brackets


def _greet(address: str) -> None:
    """Raise as `reach`, and OSError where what listens does not speak as the head of a cluster without TLS does."""
    if os.environ.get("RAY_USE_TLS", "0") not in ("", "0"):
        return reach(address)
    with _connection(address) as listener:
        listener.sendall(HELLO)
        said = listener.recv(len(HELLO))
    if said[3:4] != bytes((SETTINGS,)):
        raise ConnectionError("what listens there is something else")
