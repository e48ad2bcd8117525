"""A small HTTP server on localhost that behaves badly on request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from arxivtag.config import SourcesConfig


@dataclass
class Request:
    """One request as it came in."""

    path: str
    headers: dict[str, str]


@dataclass
class Server:
    """A running server: its address, what to answer with, and what it was asked."""

    url: str = ""
    answer: Callable[[Any], None] = lambda handler: handler.send_error(404)
    requests: list[Request] = field(default_factory=list)

    def config(self, **changes: Any) -> SourcesConfig:
        """Return a config that points here and does not wait."""
        values: dict[str, Any] = {
            "arxiv_abstracts_url": f"{self.url}/papers.csv",
            "arxiv_api_url": f"{self.url}/api/query",
            "allowed_hosts": ("127.0.0.1",),
            "connect_timeout_s": 2.0,
            "read_timeout_s": 20.0,
            "n_retries": 3,
            "backoff_s": 0.0,
            "api_delay_s": 0.0,
        }
        return SourcesConfig(**(values | changes))


@contextmanager
def running_server() -> Iterator[Server]:
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.requests.append(Request(self.path, dict(self.headers)))
            self.close_connection = True
            with suppress(BrokenPipeError, ConnectionResetError):
                server.answer(self)

        def end_headers(self) -> None:
            # Said, not only done: a client that takes the connection for alive may send
            # its next request into it just before it closes.
            self.send_header("Connection", "close")
            super().end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def send(
    handler: Any, body: bytes, *, status: int = 200, length: int | None = None, **headers: str
) -> None:
    """Send a complete answer; underscores in header names stand for hyphens."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def stall(handler: Any, body: bytes, seconds: float = 1.0) -> None:
    """Promise ``body``, send half of it, then say nothing."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    time.sleep(seconds)
