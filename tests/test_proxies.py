"""The proxies of docs/deploy.md, run as they stand there; each where it is installed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import free_port
from tests.conftest import PROJECT_FOLDER

UPLOAD = "upload-not-to-be-guessed"
PASSED = {"Host": "tag.example.org"}


def snippet(kind: str) -> str:
    """Return the lines that the docs give for a proxy."""
    text = (PROJECT_FOLDER / "docs" / "deploy.md").read_text("utf-8")
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return str(found)


class Echo(BaseHTTPRequestHandler):
    """Stands for the app: answers with the headers that came."""

    def do_GET(self) -> None:
        """Answer."""
        content = json.dumps({name.lower(): value for name, value in self.headers.items()})
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def upstream() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def running(words: list[str], port: int) -> Iterator[str]:
    process = subprocess.Popen(words)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(address)
                break
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def nginx_before(port: int, folder: Path) -> Iterator[tuple[str, Path]]:
    """Run nginx with the docs' lines before an app on ``port``: its address, and its log."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if nginx is None:
        pytest.skip("no nginx here")
    own_port, log = free_port(), folder / "access.log"
    lines = snippet("nginx").replace("127.0.0.1:8501", f"127.0.0.1:{port}")
    lines = re.sub(r"listen 443 ssl;", f"listen 127.0.0.1:{own_port};", lines)
    lines = re.sub(r"^ *ssl_certificate.*\n", "", lines, flags=re.MULTILINE)
    lines = lines.replace("/etc/nginx/arxivtag.passwords", str(folder / "passwords"))
    lines = lines.replace("/var/log/nginx/arxivtag.log", str(log))
    (folder / "passwords").write_text("visitor:{PLAIN}secret\n")
    scratch = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    types = "include /etc/nginx/mime.types;" if Path("/etc/nginx/mime.types").exists() else ""
    user = "user root; " if os.getuid() == 0 else ""  # else it gives its rights away
    head = f"{user}daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;"
    path = folder / "nginx.conf"
    path.write_text(f"{head}\nevents {{}}\nhttp {{ {types}{scratch}\n{lines}}}\n")
    with running([nginx, "-e", "stderr", "-c", str(path)], own_port) as address:
        yield address, log


def test_nginx(upstream: int, tmp_path: Path) -> None:
    with nginx_before(upstream, tmp_path) as (address, log):
        assert httpx.get(address, headers=PASSED).status_code == 401
        with httpx.Client(auth=("visitor", "secret"), headers=PASSED, base_url=address) as client:
            came = client.get(
                "/_stcore/stream", headers={"Upgrade": "websocket", "Connection": "Upgrade"}
            ).json()
            assert came["upgrade"] == "websocket"
            assert came["connection"] == "upgrade"
            assert came["host"] == "tag.example.org"
            assert client.get("/Explore", params={"data": UPLOAD}).status_code == 200
            assert client.get(f"/_stcore/upload_file/session/{UPLOAD}").status_code == 200
            assert client.get(f"/media/{UPLOAD}").status_code == 200
            assert client.get("/_stcore/metrics").status_code == 404
    written = log.read_text()
    assert "GET /Explore" in written
    assert UPLOAD not in written


def test_caddy(upstream: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("no caddy here")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    port = free_port()
    words = [caddy, "hash-password", "--plaintext", "secret"]
    hashed = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    lines = snippet("caddy").replace("127.0.0.1:8501", f"127.0.0.1:{upstream}")
    lines = lines.replace("tag.example.org {", f"http://127.0.0.1:{port} {{")
    lines = lines.replace("<output of: caddy hash-password>", hashed)
    version = subprocess.run([caddy, "version"], capture_output=True, text=True).stdout
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < (2, 8):
        lines = lines.replace("basic_auth", "basicauth")
    path = tmp_path / "Caddyfile"
    path.write_text(f"{{\n admin off\n}}\n{lines}")
    words = [caddy, "run", "--config", str(path), "--adapter", "caddyfile"]
    with running(words, port) as address:
        assert httpx.get(address).status_code == 401
        with httpx.Client(  # checking a password takes a while
            auth=("visitor", "secret"), base_url=address, timeout=60
        ) as client:
            assert client.get("/Explore").json()["x-forwarded-for"] == "127.0.0.1"
            assert client.get("/_stcore/metrics").status_code == 404
