"""A small reverse proxy: what lies below a path of it is the app."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

CHUNK_BYTES = 1 << 16


@contextlib.contextmanager
def reverse_proxy(upstream_port: int, prefix: str = "") -> Iterator[int]:
    """Pass requests below ``prefix`` on as they are, WebSockets too; yield the port.

    What does not begin with ``prefix`` is another site's, which has nothing but a 404.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="proxy", daemon=True)
    thread.start()
    proxy = _Proxy(upstream_port, prefix)
    server = asyncio.run_coroutine_threadsafe(
        asyncio.start_server(proxy.serve, "127.0.0.1", 0), loop
    ).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    # A connection that was just taken begins its task some turns later; cancelled before that,
    # nobody would close it.
    await asyncio.sleep(0.2)
    while tasks := asyncio.all_tasks() - {asyncio.current_task()}:  # a task may begin another
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Proxy:
    def __init__(self, upstream_port: int, prefix: str) -> None:
        self.upstream_port = upstream_port
        self.prefix = prefix
        # asyncio itself knows tasks weakly: one that waits for an answer while its browser has
        # said all would be collected.
        self.under_way: set[asyncio.Task[None] | None] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the one request of a connection."""
        self.under_way.add(task := asyncio.current_task())
        try:
            await self._answer(reader, writer)
        finally:
            self.under_way.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        faults = (OSError, asyncio.IncompleteReadError, asyncio.CancelledError)
        with contextlib.suppress(*faults), contextlib.closing(writer):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ", 2)[1].partition("?")[0]
            if path != self.prefix and not path.startswith(self.prefix + "/"):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                return
            above, below = await asyncio.open_connection("127.0.0.1", self.upstream_port)
            with contextlib.closing(below):
                below.write(_one_request(head).encode("latin-1"))
                sending = asyncio.create_task(_pass_on(reader, below))
                try:
                    await _pass_on(above, writer)
                finally:
                    sending.cancel()


def _one_request(head: str) -> str:
    """Return the head of a request that is the last of its connection, unless it upgrades it."""
    lines = head[:-4].split("\r\n")
    if not any(line.lower().startswith("upgrade:") for line in lines):
        lines = [line for line in lines if not line.lower().startswith("connection:")]
        lines.append("Connection: close")
    return "\r\n".join([*lines, "X-Forwarded-Proto: http", "", ""])


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
