"""Access to a live session: from this computer, and with sharing from any with the token."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["Access", "is_loopback", "new_token"]

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Host names under which this computer asks itself; a page elsewhere that points a name of its own here
(DNS rebinding) sends that name."""


def new_token() -> str:
    """Return a token that nobody guesses: 128 bits."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Access:
    """Rules of access.

    Attributes
    ----------
    port
        Where the server listens.
    token
        Token that clients from outside must carry; empty without sharing.
    """

    port: int
    token: str = ""

    def refusal(self, host: str, origin: str | None, client: str, token: str) -> str:
        """Return why a request is refused; empty where it is let in.

        Parameters
        ----------
        host
            ``Host`` header.
        origin
            ``Origin`` header; None where there is none (as for the page itself).
        client
            Address that the request comes from.
        token
            Token in the request; empty without one.
        """
        name = self._name(host)
        if not name or not self._is_served(name):
            return "this name is not served here"
        if origin is not None and self._name(urlsplit(origin).netloc) != name:
            return "pages of other sites may not look"
        if name in LOOPBACK_NAMES and is_loopback(client):
            return ""
        return self.refuse_token(token)

    def refuse_token(self, token: str) -> str:
        """Return why a token is refused; empty where it is the right one."""
        if not self.token:
            return "not shared"
        return "" if secrets.compare_digest(token.encode(), self.token.encode()) else "wrong token"

    def _name(self, netloc: str) -> str:
        """Return the host of ``host:port`` in small letters; empty where the port is not this one."""
        name, colon, port = netloc.rpartition(":")
        if not colon or not port.isdecimal():
            return ""
        return name.lower() if int(port) == self.port else ""

    def _is_served(self, name: str) -> bool:
        """Return whether a host is answered: loopback names; with sharing plain addresses (no rebinding)."""
        return name in LOOPBACK_NAMES or (bool(self.token) and is_address(name.strip("[]")))


def is_address(text: str) -> bool:
    """Return whether a text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_loopback(client: str) -> bool:
    """Return whether an address is this computer's own."""
    return is_address(client) and ipaddress.ip_address(client).is_loopback
