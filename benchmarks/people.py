"""Many people at once: sessions that explore, tag, upload and watch one running job.

Fifty browsers on two cores take nearly all of the machine for themselves, and what one
measures is then the browsers and not the server. So most sessions speak the app's
protocol (:mod:`benchmarks.sessions`) and a few are real Chromium contexts, which feel
what the server is like while it serves all of them, what they draw included.

    python -m benchmarks.people --sessions 50 --browsers 4 --minutes 3 [--data FILE]

Every session has an upload of its own, whose name and titles nobody else may see: the
browsers upload theirs through the page. Printed as JSON: actions, median and 95th percentile
of their times by kind, errors, leaks of one session's upload into another, and the
memory of the server. The server, the job, the sessions and the browsers share the cores,
so the figures are an upper bound of what visitors on machines of their own see.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import psutil
from playwright.async_api import Browser, Error, Page, async_playwright, expect

from arxivtag.papers.uploads import save_upload
from arxivtag.runs import jobs
from arxivtag.settings import preset_settings, with_settings
from arxivtag.ui.predict.examples import EXAMPLES
from benchmarks.sessions import TABS, Session, Tally, report
from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path, start_server, stop_jobs

IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
ACTION_TIMEOUT_MS = 60_000


class Visitor:
    """One browser session with its own context."""

    def __init__(
        self, number: int, page: Page, url: str, run_id: str, tally: Tally, data: str
    ) -> None:
        self.number, self.data = number, data
        self.page = page
        self.url = url
        self.run_id = run_id
        self.tally = tally
        self.random = random.Random(number)
        self.own = ""
        page.set_default_timeout(ACTION_TIMEOUT_MS)
        page.on("pageerror", lambda error: tally.errors.append(f"page error: {error}"))

    async def upload(self) -> None:
        """Add a small file that is this session's own, and take it as the data set in use."""
        name, content = own_papers(self.number)
        await self.page.goto(f"{self.url}/")
        await self.page.get_by_role("button", name="Add papers").click()
        dialog = self.page.get_by_role("dialog")
        await dialog.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "text/csv", "buffer": content}
        )
        await dialog.get_by_role("button", name="Use these papers").click()
        await dialog.wait_for(state="detached")
        await self.page.wait_for_url("**data=upload**")

    async def open_own_papers(self) -> None:
        """Look at the uploaded papers again, by the address that this session was given."""
        await self.page.goto(f"{self.url}/Explore?data={self.own}&tab=Papers&rows=all")
        await self.page.get_by_text("One paper in full").wait_for()

    async def settled(self) -> None:
        """Wait until the script has run, and note any exception box."""
        await self.page.wait_for_selector(IDLE)
        if await self.page.get_by_test_id("stException").count():
            self.tally.errors.append(f"exception box at {self.page.url}")

    async def timed(self, kind: str, action: object) -> None:
        """Run one action and keep how long it took until the page had settled."""
        began = time.perf_counter()
        try:
            await action()  # type: ignore[operator]
            await self.settled()
        except (Error, AssertionError) as error:
            self.tally.errors.append(f"{kind}: {str(error).splitlines()[0]}")
            return
        self.tally.seconds[kind].append(time.perf_counter() - began)

    async def open_explore(self) -> None:
        await self.page.goto(f"{self.url}/Explore?data={self.data}")
        await self.page.get_by_role("heading", name="Explore", exact=True).wait_for()

    async def explore_tab(self) -> None:
        name = self.random.choice(TABS)
        tab = self.page.get_by_role("tab", name=name, exact=True)
        await tab.click()
        await expect(tab).to_have_attribute("aria-selected", "true", timeout=ACTION_TIMEOUT_MS)

    async def open_predict(self) -> None:
        await self.page.goto(f"{self.url}/Predict")
        await self.page.get_by_label("Abstract", exact=True).wait_for()

    async def press_example(self) -> None:
        field = self.random.choice(EXAMPLES).field
        await self.page.get_by_test_id("stButtonGroup").get_by_text(field, exact=True).click()
        await self.page.get_by_text(f"An example, made up for this page: {field}.").wait_for()

    async def watch(self) -> None:
        await self.page.goto(f"{self.url}/Train?run={self.run_id}")
        await self.page.get_by_role("heading", name="Train", exact=True).wait_for()

    async def check_uploads(self) -> None:
        """Nobody may see a file that another session uploaded."""
        content = await self.page.content()
        names = await self.page.locator("input[role=combobox]").evaluate_all(
            "boxes => boxes.map(box => box.value).join(' ')"
        )
        found = {int(other) for other in re.findall(r"private-(\d{3})-", content + names)}
        self.tally.n_looks += 1
        self.tally.n_own += self.number in found
        self.tally.leaks += [
            f"session {self.number} saw the upload of {other}"
            for other in sorted(found - {self.number})
        ]

    async def live(self, until: float) -> None:
        """Go from page to page until the time is up."""
        plans = (
            ("open Explore", self.open_explore, ("Explore tab", self.explore_tab)),
            ("open Predict", self.open_predict, ("tag an example", self.press_example)),
            ("open the live view", self.watch, None),
            ("open own upload", self.open_own_papers, None),
        )
        await self.timed("upload a file", self.upload)
        self.own = parse_qs(urlparse(self.page.url).query).get("data", [""])[0]
        self.tally.n_uploads += bool(self.own)
        await self.check_uploads()
        position = self.number
        while time.monotonic() < until:
            kind, action, inner = plans[position % len(plans)]
            position += 1
            await self.timed(kind, action)
            for _ in range(3):
                await asyncio.sleep(self.random.uniform(4, 12))
                if time.monotonic() > until:
                    break
                if inner is not None:
                    await self.timed(*inner)
            await self.check_uploads()


def own_papers(number: int) -> tuple[str, bytes]:
    """Return the name and content of a file that is one session's own."""
    mark = f"private-{number:03d}-"
    rows = [f"{mark}title {n},an abstract of {mark}{n} words,cs.LG" for n in range(12)]
    return f"{mark}papers.csv", "\n".join(["title,abstract,labels", *rows]).encode()


async def let_in(
    url: str, run_id: str, data: str, uploads: list[str], n_browsers: int, minutes: float
) -> tuple[Tally, Tally]:
    """Run one protocol session for each of ``uploads`` and some browsers; return what they saw."""
    sessions, browsers = Tally(n_uploads=len(uploads)), Tally()
    until = time.monotonic() + minutes * 60

    async def session(number: int) -> None:
        await asyncio.sleep(0.4 * number)  # nobody comes in the same instant
        await Session(number, url, run_id, uploads[number], sessions, data).live(until)

    async def browse(number: int, chromium: Browser) -> None:
        await asyncio.sleep(2.0 * (number - len(uploads)))
        context = await chromium.new_context(viewport={"width": 1280, "height": 900})
        visitor = Visitor(number, await context.new_page(), url, run_id, browsers, data)
        await visitor.live(until)
        await context.close()

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_FLAGS
        )
        n = len(uploads)
        await asyncio.gather(
            *(session(number) for number in range(n)),
            *(browse(number, chromium) for number in range(n, n + n_browsers)),
        )
        await chromium.close()
    return sessions, browsers


def peak_memory_mb(pid: int) -> float:
    """Return the most memory that a process has had, or what it has where that is not told."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1e3
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def main() -> None:
    """Serve, let people in, print the figures as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sessions", type=int, default=50, help="all of them, browsers included")
    parser.add_argument("--browsers", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--data", type=Path, help="a file to explore instead of the sample")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        n_protocol = arguments.sessions - arguments.browsers
        uploads = [save_upload(*own_papers(n), home) for n in range(n_protocol)]
        data = "sample"
        if arguments.data:
            with arguments.data.open("rb") as file:
                data = save_upload(arguments.data.name, file, home)
        run_id = jobs.start(with_settings(preset_settings("keras-example"), {"epochs": 200}), home)
        server = start_server(home, Path(folder) / "logs", {"ARXIVTAG_VISITORS": "1"})
        try:
            sessions, browsers = asyncio.run(
                let_in(
                    server.url, run_id, data, uploads,
                    arguments.browsers, arguments.minutes,
                )
            )  # fmt: skip
            figures = {
                "sessions": report(sessions),
                "browsers": report(browsers),
                "server_peak_mb": round(peak_memory_mb(server.process.pid)),
                "tracebacks_in_the_servers_log": server.log.count("Traceback"),
            }
            print(json.dumps(figures, indent=1))
        finally:
            server.stop()
            stop_jobs(home)


if __name__ == "__main__":
    main()
