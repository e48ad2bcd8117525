"""How quick the app stays, and how fresh the live view is, while a job trains.

Starts a server on a home folder of its own and a job on the given data, then measures:

- click latency: time from a click on a page link to the finished script run of that page;
- lag: time from the worker writing a point of the history to the browser drawing it;
- CPU of the server process while one browser watches;
- a number of browsers watching at once: errors, and points lost.

    python benchmarks/live_view.py DATA [--preset tuned] [--browsers 20] [--clicks 30]

It prints one JSON object. Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from arxivtag.runs import jobs, registry
from arxivtag.runs.history import read_history
from arxivtag.runs.layout import RunFolder
from arxivtag.settings import PRESETS, preset_settings
from tests.browser.conftest import Server, launch_chromium, start_server, stop_jobs

IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
POINTS = "() => Number(document.querySelector('.at-live-chart')?.dataset.points ?? 0)"
# Notes when the browser draws each new number of points, without asking it again and again.
WATCH_POINTS = """() => {
  window.drawn = [];
  const note = () => {
    const n = Number(document.querySelector('.at-live-chart')?.dataset.points ?? 0);
    if (n && n !== window.drawn.at(-1)?.[0]) window.drawn.push([n, Date.now() / 1000]);
  };
  note();
  new MutationObserver(note).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ['data-points'],
  });
}"""


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def new_page(browser: Browser, errors: list[str]) -> Page:
    """A page in a context of its own, whose faults end up in ``errors``."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page


def wait_for_training(run_id: str, home: Path, timeout_s: float = 600) -> float:
    """Wait for the first point of the history; return the seconds it took from the start."""
    path, begun = RunFolder(run_id, home).history, time.monotonic()
    while time.monotonic() - begun < timeout_s:
        if read_history(path).n_points:
            return time.monotonic() - begun
        time.sleep(0.05)
    raise SystemExit(f"no point in {timeout_s} s:\n{registry.read_run(run_id, home).log_tail()}")


def write_times(path: Path, seconds: float) -> dict[int, float]:
    """When each number of points was first in the file, looking 100 times a second."""
    seen: dict[int, float] = {}
    end = time.time() + seconds
    size = -1
    while time.time() < end:
        now_size = path.stat().st_size
        if now_size != size:
            size = now_size
            seen.setdefault(read_history(path).n_points, time.time())
        time.sleep(0.01)
    return seen


def measure_clicks(page: Page, url: str, n_clicks: int) -> list[float]:
    """Seconds from a click on a page link to that page being there and idle."""
    pages = ("Explore", "Runs", "Predict", "Train")
    page.goto(url)
    for name in pages:  # fills the caches, as after the first visitor
        page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()
        page.wait_for_url(f"**/{name}**")
        page.wait_for_timeout(1_500)
        page.wait_for_selector(IDLE)
    seconds = []
    for number in range(n_clicks):
        name = pages[number % len(pages)]
        begun = time.perf_counter()
        page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()
        page.get_by_test_id("stMain").get_by_role("heading", name=name, exact=True).wait_for()
        page.wait_for_selector(IDLE)
        seconds.append(time.perf_counter() - begun)
        page.wait_for_timeout(300)
    return seconds


def measure_watching(
    server: Server, browser: Browser, run_id: str, seconds: float
) -> dict[str, Any]:
    """Lag of the live view and CPU of the server while one browser watches."""
    errors: list[str] = []
    page = new_page(browser, errors)
    page.goto(f"{server.url}/Train?run={run_id}")
    page.wait_for_function(f"({POINTS})() > 0")
    page.evaluate(WATCH_POINTS)
    page.wait_for_timeout(2_000)
    process = psutil.Process(server.process.pid)
    before, begun = process.cpu_times(), time.monotonic()
    written = write_times(RunFolder(run_id, server.home).history, seconds)
    spent = process.cpu_times()
    cpu = (spent.user + spent.system - before.user - before.system) / (time.monotonic() - begun)
    page.wait_for_timeout(3_000)
    drawn = page.evaluate("() => window.drawn")
    lags = []
    for n, at in written.items():
        shown = [when for count, when in drawn if count >= n]
        if shown and shown[0] >= at - 0.05 and drawn[0][0] < n:
            lags.append(max(0.0, shown[0] - at))
    page.context.close()
    return {
        "lag_s": {"median": median(lags), "p95": percentile(lags, 0.95), "max": max(lags)},
        "points_timed": len(lags),
        "drawn_a_second": round(len(drawn) / seconds, 2),
        "server_cpu_of_one_core": round(cpu, 3),
        "errors": errors,
    }


def measure_crowd(
    server: Server, browser: Browser, run_id: str, n_browsers: int, seconds: float
) -> dict[str, Any]:
    """Many browsers on one job: do all of them show all points, without an error."""
    errors: list[str] = []
    pages = []
    for _ in range(n_browsers):
        page = new_page(browser, errors)
        page.goto(f"{server.url}/Train?run={run_id}", wait_until="commit")
        pages.append(page)
    for page in pages:
        page.wait_for_function(f"({POINTS})() > 0")
    process = psutil.Process(server.process.pid)
    before, begun = process.cpu_times(), time.monotonic()
    time.sleep(seconds)
    spent = process.cpu_times()
    cpu = (spent.user + spent.system - before.user - before.system) / (time.monotonic() - begun)
    n_written = read_history(RunFolder(run_id, server.home).history).n_points
    late = 0
    for page in pages:
        page.wait_for_function(f"({POINTS})() >= {n_written}")
        boxes = page.get_by_test_id("stException").count() + page.get_by_test_id("stAlert").count()
        late += boxes > 0
    for page in pages:
        page.context.close()
    return {
        "browsers": n_browsers,
        "points_all_of_them_show": n_written,
        "pages_with_an_error_box": late,
        "errors": errors,
        "server_cpu_of_one_core": round(cpu, 3),
        "server_memory_mb": round(process.memory_info().rss / 1e6),
    }


def say(name: str, figures: dict[str, Any]) -> None:
    """Print a part of the result at once, for the impatient."""
    print(name, json.dumps(figures), file=sys.stderr, flush=True)


def main() -> None:
    """Measure and print."""
    # A time limit from outside ends the server and the job too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data")
    parser.add_argument("--preset", default="tuned", choices=list(PRESETS))
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--browsers", type=int, default=20)
    parser.add_argument("--clicks", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    data = arguments.data if arguments.data == "sample" else str(Path(arguments.data).resolve())
    base = preset_settings(arguments.preset)
    run_config = dataclasses.replace(
        base,
        data=data,
        training=dataclasses.replace(
            base.training, epochs=arguments.epochs, early_stopping_patience=None
        ),
    )
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        server = start_server(
            home, Path(folder), {} if data == "sample" else {"ARXIVTAG_DATA": data}
        )
        run_id = jobs.start(run_config, home)
        try:
            first = wait_for_training(run_id, home)
            say("first point", {"after_s": first})
            with sync_playwright() as playwright:
                browser = launch_chromium(playwright)
                watching = measure_watching(server, browser, run_id, arguments.seconds)
                say("watching", watching)
                errors: list[str] = []
                page = new_page(browser, errors)
                clicks = measure_clicks(page, f"{server.url}/Train", arguments.clicks)
                page.context.close()
                say("clicks", {"p95": percentile(clicks, 0.95)})
                crowd = arguments.browsers and measure_crowd(
                    server, browser, run_id, arguments.browsers, arguments.seconds
                )
                browser.close()
            result = {
                "data": arguments.data,
                "first_point_after_s": round(first, 2),
                "click_s": {
                    "median": median(clicks), "p95": percentile(clicks, 0.95), "max": max(clicks),
                },
                "watching": watching,
                "crowd": crowd,
                "errors": errors,
                "still_training": registry.read_run(run_id, home).state,
                "load_average": os.getloadavg(),
            }  # fmt: skip
            print(json.dumps(result, indent=1, default=str))
        finally:
            server.stop()
            stop_jobs(home)


if __name__ == "__main__":
    main()
