"""The browser's only way out: a proxy on loopback that judges every connection as the crawler's are.

Playwright shows a page's requests, but not the redirects they meet, and Chromium resolves names by itself.
Here each connection that Chromium opens names its host; the host must be allowed, it is resolved once, its
addresses must be public (or the site's entry say otherwise), and the connection goes to the very address that
was judged.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from urllib.parse import urlsplit

from crawlers.guard import authority, is_public

log = logging.getLogger(__name__)

_HEAD = 64 * 1024
_PIECE = 64 * 1024
_PATIENCE = 20.0
_OWN = (b"proxy-connection:", b"connection:", b"keep-alive:", b"proxy-authorization:")


class Gate:
    """A proxy for the browser of one job.

    Attributes:
        hosts: authorities that may be reached.
        private: those among them that may resolve to any address.
    """

    def __init__(self, hosts: frozenset[str], private: frozenset[str]) -> None:
        self.hosts = hosts
        self.private = private
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.bind(("127.0.0.1", 0))
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    def __deepcopy__(self, memo: object) -> Gate:
        """Stay the same: Scrapy copies its settings, and a socket cannot be."""
        return self

    @property
    def address(self) -> str:
        """Where the browser finds it."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    async def open(self) -> None:
        """Begin to listen."""
        if self._server is None:
            self._server = await asyncio.start_server(self._begin, sock=self._socket, limit=_HEAD)

    async def close(self) -> None:
        """Listen no more, and end the connections that are open."""
        if self._server is not None:
            self._server.close()
        self._socket.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: asyncio reports the end of its own ones as an error when they are cancelled.
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
            method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
            tunnel = method == "CONNECT"
            url = f"https://{target}/" if tunnel else target
            found = await self._reach(url)
            if found is None:
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
                return
            far_reader, far_writer = found
            try:
                if tunnel:
                    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    far_writer.write(_rewritten(head, method, url))
                await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
            finally:
                far_writer.close()
                with contextlib.suppress(OSError):  # the server may have closed it first
                    await far_writer.wait_closed()
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError) as error:
            log.debug("the browser's connection ended: %s", error)
        finally:
            with contextlib.suppress(OSError):  # the browser may have closed it first
                writer.close()
                await writer.wait_closed()

    async def _reach(self, url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """Connect to the host of an address, None where it may not be reached."""
        host, parts = authority(url), urlsplit(url)
        if host not in self.hosts:
            log.info("the browser may not reach %s", host)
            return None
        port = parts.port or (443 if parts.scheme == "https" else 80)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        for item in found:
            address = str(item[4][0])
            if host in self.private or is_public(address):
                return await asyncio.wait_for(asyncio.open_connection(address, port), _PATIENCE)
        log.info("the browser may not reach %s: no public address", host)
        return None


def _rewritten(head: bytes, method: str, url: str) -> bytes:
    """Return the head of a request as its server expects it; one request a connection."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [line for line in head.rstrip(b"\r\n").split(b"\r\n")[1:] if not line.lower().startswith(_OWN)]
    first = f"{method} {path} HTTP/1.1".encode("latin-1")
    return b"\r\n".join([first, *lines, b"Connection: close"]) + b"\r\n\r\n"


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    finally:
        with contextlib.suppress(OSError):  # the other side may be gone
            if writer.can_write_eof():
                writer.write_eof()
