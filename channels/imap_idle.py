"""Waits for news on a selected folder: by IDLE (RFC 2177) where the server has it, else by NOOP.

imapclient's own `idle_check` reads without blocking and breaks on half a line, and takes a closed connection for
silence. Here the socket is only watched; once something came, IDLE is ended and everything is read with blocking.
"""

import select
import socket
import ssl
import time
from collections.abc import Callable

from imapclient import IMAPClient

IDLE_RENEWAL = 9 * 60.0  # seconds. RFC 2177 asks for less than 29 minutes; home routers forget a connection sooner
POLL = 5.0  # seconds between two NOOPs
_SLICE = 0.2  # seconds after which the order to stop is looked at


def wait_for_news(client: IMAPClient, seconds: float, stop: Callable[[], bool], renewal: float, poll: float) -> bool:
    """True once the server says that a mail came; False after `seconds`, or soon after `stop` says True."""
    end = time.monotonic() + seconds
    idle = client.has_capability("IDLE")
    while (left := end - time.monotonic()) > 0 and not stop():
        if idle:
            client.idle()
            _watch(client, min(left, renewal), stop)
            _, responses = client.idle_done()
        else:
            _pause(min(left, poll), stop)
            _, responses = client.noop()
        if any(len(response) > 1 and response[1] == b"EXISTS" for response in responses):
            return True
    return False


def _watch(client: IMAPClient, seconds: float, stop: Callable[[], bool]) -> None:
    """Returns when there is something to read, the connection is closed, the time is over, or at the order."""
    connection = client.socket()
    if _is_buffered(client, connection):
        return
    poller = select.poll()
    poller.register(connection.fileno(), select.POLLIN)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not stop():
        if poller.poll(min(left, _SLICE) * 1000):
            return


def _is_buffered(client: IMAPClient, connection: socket.socket) -> bool:
    """True if news came in the same packet as the server's "+": it was read already and wakes no poll."""
    timeout = connection.gettimeout()
    connection.setblocking(False)
    try:
        return bool(client._imap.file.peek(1))
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        connection.settimeout(timeout)


def _pause(seconds: float, stop: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not stop():
        time.sleep(min(left, _SLICE))
