"""The address under which a phone reaches this computer, and a code of it to scan."""

from __future__ import annotations

import io
import socket

import qrcode

__all__ = ["push_address", "qr_lines", "shared_address"]

SOMEWHERE = ("192.0.2.1", 9)
"""An address of the documentation range: nothing is sent, the system only says which way it would go."""


def own_address() -> str:
    """Return this computer's address in its network; that of the loopback without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def shared_address(port: int, token: str) -> str:
    """Return the address for a phone, with its token."""
    return f"http://{own_address()}:{port}/?t={token}"


def push_address(port: int, token: str) -> str:
    """Return the address that a phone's app pushes to, with its token."""
    return f"http://{own_address()}:{port}/push?t={token}"


def qr_lines(text: str) -> list[str]:
    """Return a QR code of a text, as lines of block letters."""
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    out = io.StringIO()
    code.print_ascii(out=out, invert=True)
    return out.getvalue().rstrip("\n").splitlines()
