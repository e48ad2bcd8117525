"""Many people at once: browser sessions that explore, tag, upload and watch one running job.

Each session first uploads a small file of its own, whose name and titles nobody else may
see. Every session is a real Chromium context against a real server. Each takes an action,
looks at it for a while, and takes the next. Printed: actions, median and 95th
percentile of their times by kind, errors, leaks of one session's upload into
another, and the memory of the server.

    python -m benchmarks.people --sessions 50 --minutes 3

The browsers share the cores with the server and the job, so the figures are an upper
bound of what visitors on their own machines see.
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
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import psutil
from playwright.async_api import Browser, Error, Page, async_playwright, expect

from arxivtag.config import preset
from arxivtag.runs import jobs
from arxivtag.runs.command_line import with_settings
from tests.browser.conftest import CHROMIUM_FLAGS, Server, chromium_path, start_server, stop_jobs

EXPLORE_TABS = ("Labels", "Terms", "Lengths", "Papers", "Cleaning", "Overview")
EXAMPLE_BUTTON = "stBaseButton-pills"
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
ACTION_TIMEOUT_MS = 60_000


@dataclass
class Tally:
    """What all sessions saw."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    n_looks: int = 0
    n_own: int = 0
    n_uploads: int = 0


class Visitor:
    """One browser session with its own context."""

    def __init__(self, number: int, page: Page, url: str, run_id: str, tally: Tally) -> None:
        self.number = number
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
        mark = f"private-{self.number:03d}-"
        rows = [f"{mark}title {n},an abstract of {mark}{n} words,cs.LG" for n in range(12)]
        content = "\n".join(["title,abstract,labels", *rows]).encode()
        await self.page.goto(f"{self.url}/")
        await self.page.get_by_role("button", name="Add papers").click()
        dialog = self.page.get_by_role("dialog")
        await dialog.locator("input[type=file]").set_input_files(
            {"name": f"{mark}papers.csv", "mimeType": "text/csv", "buffer": content}
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
        await self.page.goto(f"{self.url}/Explore")
        await self.page.get_by_role("heading", name="Explore", exact=True).wait_for()

    async def explore_tab(self) -> None:
        name = self.random.choice(EXPLORE_TABS)
        tab = self.page.get_by_role("tab", name=name, exact=True)
        await tab.click()
        await expect(tab).to_have_attribute("aria-selected", "true", timeout=ACTION_TIMEOUT_MS)

    async def open_predict(self) -> None:
        await self.page.goto(f"{self.url}/Predict")
        await self.page.get_by_label("Abstract", exact=True).wait_for()

    async def press_example(self) -> None:
        examples = self.page.get_by_test_id(EXAMPLE_BUTTON)
        await examples.first.wait_for()
        await examples.nth(self.random.randrange(await examples.count())).click()
        await self.page.locator(".at-sentence").wait_for()

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


async def _run(server: Server, run_id: str, sessions: int, minutes: float) -> Tally:
    tally = Tally()
    async with async_playwright() as playwright:
        chromium: Browser = await playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_FLAGS
        )
        until = time.monotonic() + minutes * 60

        async def one(number: int) -> None:
            await asyncio.sleep(number * 0.5)  # nobody opens fifty browsers in the same instant
            context = await chromium.new_context(viewport={"width": 1280, "height": 900})
            visitor = Visitor(number, await context.new_page(), server.url, run_id, tally)
            await visitor.live(until)
            await context.close()

        await asyncio.gather(*(one(number) for number in range(sessions)))
        await chromium.close()
    return tally


def peak_memory_mb(pid: int) -> float:
    """Return the most memory that a process has had, or what it has where that is not told."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1e3
    return psutil.Process(pid).memory_info().rss / 1e6


def report(tally: Tally, memory_mb: float) -> dict[str, object]:
    """Return the figures of a run of this benchmark."""
    everything = [value for values in tally.seconds.values() for value in values]
    rows = {
        kind: {
            "n": len(values),
            "median_s": round(float(np.median(values)), 2),
            "p95_s": round(float(np.percentile(values, 95)), 2),
        }
        for kind, values in [*sorted(tally.seconds.items()), ("all actions", everything)]
        if values
    }
    return {
        "actions": rows,
        "n_errors": len(tally.errors),
        "errors": dict(Counter(tally.errors).most_common(8)),
        "n_uploads": tally.n_uploads,
        "n_looks_for_others_uploads": tally.n_looks,
        "n_that_found_ones_own": tally.n_own,
        "n_leaks": len(tally.leaks),
        "server_peak_mb": round(memory_mb),
    }


def main() -> None:
    """Serve, let people in, print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--data", default="sample", help="what the watched job trains on")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        run = with_settings(preset("keras-example"), {"epochs": 200})
        started = jobs.start(run, home)
        assert isinstance(started, jobs.Started), started
        server = start_server(home, Path(folder) / "logs", {"ARXIVTAG_VISITORS": "1"})
        try:
            tally = asyncio.run(_run(server, started.run_id, arguments.sessions, arguments.minutes))
            memory_mb = peak_memory_mb(server.process.pid)
            if "Traceback" in server.log:
                tally.errors.append("a traceback in the server's log")
            print(json.dumps(report(tally, memory_mb), indent=1))
        finally:
            server.stop()
            stop_jobs(home)


if __name__ == "__main__":
    main()
