"""The address that the server answers at."""

from __future__ import annotations

import errno
import socket


class AddressError(RuntimeError):
    """The address cannot be had; the message says why and what to do."""


def bind(host: str, port: int) -> socket.socket:
    """Takes the address before the long loading begins; nobody is answered until it is done.

    Args:
        host: The interface.
        port: The port; 0 takes any that is free.

    Raises:
        AddressError: It is taken or not ours to use.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressError(
                f"port {port} is in use; stop what uses it, or choose another with --port"
            ) from error
        reason = error.strerror or str(error)
        raise AddressError(
            f"{host}:{port} cannot be used ({reason}); see --host and --port"
        ) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """The address that a person opens."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
