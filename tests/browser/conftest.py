"""A real server and a real Chromium for the browser tests.

Chromium is the machine's own (``ARXIVTAG_CHROMIUM``, or ``chromium`` on the PATH),
else the one Playwright installed. Where there is none the tests are skipped and
the last lines of the run say so, unless ``ARXIVTAG_REQUIRE_BROWSER=1`` (as in CI),
which makes that a failure.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    FilePayload,
    FloatRect,
    FrameLocator,
    Locator,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_TIMEOUT_S = 200
PORTS = (20_000, 32_000)
# Two cores run the tests, the servers and Chromium: what is right may take a while.
PATIENCE_S = 60
expect.set_options(timeout=PATIENCE_S * 1000)
# Streamlit's own front end reports these; none of them is ours to mend.
FOREIGN_CONSOLE = (
    "fivetran",
    "webhooks",
    "data.streamlit.io",
    "manifest.json",
    "Unrecognized feature",
    # On a deep link the front end looks for its server below the page's path first.
    "_stcore/host-config",
    "_stcore/health",
)


def chromium_path() -> str | None:
    """Return the machine's own Chromium, if there is one."""
    named = os.environ.get("ARXIVTAG_CHROMIUM")
    if named:
        return named
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = shutil.which(name)
        if found:
            return found
    return None


def launch_chromium(playwright: Playwright) -> Browser:
    """Start a headless Chromium."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)


@dataclass
class Server:
    """A Streamlit server in a process of its own."""

    url: str
    port: int
    home: Path
    process: subprocess.Popen[bytes]
    log_path: Path

    def stop(self) -> None:
        """End the server gently; its jobs go on."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the server as a crash would (``kill -9``)."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    @property
    def log(self) -> str:
        """What the server printed so far."""
        return self.log_path.read_text(errors="replace")


def free_port() -> int:
    """Return a port that was free a moment ago.

    It lies below those that a system gives to outgoing connections, of which browsers and clusters
    make many, and is drawn by chance, so that test processes side by side do not get the same.
    """
    while True:
        with contextlib.closing(socket.socket()) as probe, contextlib.suppress(OSError):
            port = random.SystemRandom().randrange(*PORTS)
            probe.bind(("127.0.0.1", port))
            return port


def is_healthy(url: str) -> bool:
    """Whether the server at ``url`` answers its health check."""
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"{url}/_stcore/health", timeout=10) as answer,
    ):
        return bool(answer.status == 200)
    return False


def wait_for_server(url: str) -> None:
    """Wait until the server at ``url`` answers its health check."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not is_healthy(url):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{url} did not answer in {START_TIMEOUT_S} s")
        time.sleep(0.1)


def start_server(
    home: Path,
    log_folder: Path,
    environment: dict[str, str] | None = None,
    base_path: str = "",
    port: int | None = None,
) -> Server:
    """Start the app, on a free port if none is given, and wait until it is healthy."""
    port = port or free_port()
    log_path = log_folder / f"server-{port}.log"
    log_folder.mkdir(parents=True, exist_ok=True)
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "arxivtag", "app", "--port", str(port), "--headless",
                "--base-path", base_path,
            ],
            cwd=PROJECT_FOLDER,
            env={
                **os.environ,
                "ARXIVTAG_HOME": str(home),
                "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none",
                **(environment or {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    server = Server(f"http://127.0.0.1:{port}{base_path}", port, home, process, log_path)
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended at once:\n{server.log}")
        if is_healthy(server.url):
            return server
        time.sleep(0.1)
    server.kill()
    raise RuntimeError(f"the server did not answer in {START_TIMEOUT_S} s:\n{server.log}")


def stop_jobs(home: Path) -> None:
    """Ask every job under ``home`` to stop, so that no test leaves a process behind."""
    import psutil

    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):
            if str(home) in (process.info["cmdline"] or []):
                process.kill()


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    """The Playwright driver of this test process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    """One headless Chromium for this test process."""
    try:
        chromium = launch_chromium(playwright_driver)
    except Error as error:
        if os.environ.get("ARXIVTAG_REQUIRE_BROWSER") == "1":
            raise
        pytest.skip(f"NO BROWSER: {str(error).splitlines()[0]}")
    yield chromium
    chromium.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Return ``serve(home, environment=None) -> Server``; its servers end with the test."""
    servers: list[Server] = []

    def start(home: Path | None = None, environment: dict[str, str] | None = None) -> Server:
        server = start_server(home or tmp_path / "home", tmp_path / "logs", environment)
        servers.append(server)
        return server

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.stop()
        stop_jobs(server.home)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with an empty home folder for all tests of a module."""
    folder = tmp_path_factory.mktemp("server")
    running = start_server(folder / "home", folder / "logs")
    yield running
    running.stop()
    stop_jobs(running.home)


@dataclass
class Watched:
    """What a page printed and raised in the browser."""

    errors: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        """Keep console errors that are ours."""
        text = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and not any(name in text for name in FOREIGN_CONSOLE):
            self.errors.append(text)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return ``open_page(url, width=1280, height=900, color_scheme="light", ...) -> Page``.

    What else is given is for the browser's new context. At the end of the test every page opened
    is checked by :func:`assert_clean`.
    """
    opened: list[tuple[Page, Watched]] = []

    def open_one(
        url: str,
        *,
        width: int = 1280,
        height: int = 900,
        color_scheme: str = "light",
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=color_scheme,  # type: ignore[arg-type]
            **options,
        )
        be_patient(context)  # other pages and requests of this person too
        page = context.new_page()
        watched = Watched()
        page.on("console", watched.on_console)
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        opened.append((page, watched))
        page.goto(url)
        return page

    yield open_one
    problems = []
    for page, watched in opened:
        if not page.is_closed():
            problems += problems_on(page)
        problems += watched.errors
        page.context.close()
    assert not problems, problems


def be_patient(context: BrowserContext) -> None:
    """Let everything in a context of a browser take a while."""
    context.set_default_timeout(2 * PATIENCE_S * 1000)


def problems_on(page: Page) -> list[str]:
    """Return the exception boxes that a page shows now."""
    texts = page.get_by_test_id("stException").all_inner_texts()
    return [f"exception box: {text}" for text in texts]


def wait_until_idle(page: Page, timeout_s: float = 60) -> None:
    """Wait until Streamlit has finished the script run under way."""
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']",
                           timeout=timeout_s * 1000)  # fmt: skip


def assert_clean(page: Page) -> None:
    """Fail when the page shows an exception box."""
    assert not problems_on(page)


def eventually(page: Page, check: Callable[[], None]) -> None:
    """Call ``check`` until it raises nothing, and let its last error pass after a while.

    For what :func:`expect` does not know: a page may be in mid-change when it is looked at.
    """
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with contextlib.suppress(AssertionError, Error, ValueError):
            return check()
        page.wait_for_timeout(100)
    return check()


PAPERS = "title,abstract\nOf graphs,We study spectral clustering of large sparse graphs.\n"


def tag_a_file(place: Page | FrameLocator) -> None:
    """On the page Predict as it opens: send a file of one paper, and see it tagged."""
    expect(place.get_by_text("Computer Vision").first).to_be_visible()
    place.get_by_role("tab", name="Many at once").click()
    papers: FilePayload = {
        "name": "papers.csv", "mimeType": "text/csv", "buffer": PAPERS.encode()
    }  # fmt: skip
    place.locator("input[type=file]").set_input_files([papers])
    place.get_by_role("button", name="Tag the file").click()
    tagged = place.get_by_test_id("stMetric").filter(has_text="Papers tagged")
    expect(tagged).to_contain_text("1")


def says(place: Locator, *texts: str) -> None:
    """Wait until ``place`` shows the texts; invisible characters that part markup aside."""

    def all_are_there() -> None:
        shown = re.sub("[\u2060\u200b]", "", " ".join(place.all_text_contents()))
        missing = [text for text in texts if text not in shown]
        assert not missing, (missing, shown[:2000])

    eventually(place.page, all_are_there)


def fits(page: Page) -> None:
    """Wait until the page cannot be scrolled sideways."""
    page.wait_for_function(
        """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
            .every((node) => node.scrollWidth <= document.documentElement.clientWidth)"""
    )


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    """The places of elements in the window: left, right, top, bottom in pixels."""
    found: list[dict[str, float]] = page.locator(selector).evaluate_all(
        "elements => elements.map((element) => element.getBoundingClientRect().toJSON())"
    )
    return found


def box_at_rest(place: Locator) -> FloatRect:
    """Where an element stands as soon as it has stopped moving."""
    before = None
    for _ in range(5 * PATIENCE_S):
        box = place.bounding_box()
        if box and box == before:
            return box
        before = box
        place.page.wait_for_timeout(200)
    raise AssertionError(f"it never stood still: {before}")
