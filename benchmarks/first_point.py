"""How long a person waits after Start: until the first point is drawn, and for all of the run.

On a server and a home folder of its own: Train is opened, rested on, Start is clicked; again and
again, since the first run on a server finds less prepared than those after it.

    python -m benchmarks.first_point [DATA] [--runs 5] [--rest 10]

It prints one JSON object: seconds from the click to the first point and to the end of the run,
pictures of the chart a second while it trained, and points drawn. Nothing else should run on the
machine meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import urllib.parse
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.live_view import new_page
from tests.browser.conftest import launch_chromium, start_server, stop_jobs

# Notes the chart with every frame that the browser draws: [time, points, pictures].
WATCH_CHART = """() => {
  window.seen = [];
  const look = () => {
    const chart = document.querySelector('.at-live-chart')?.dataset ?? {};
    const now = [Number(chart.points ?? 0), Number(chart.frames ?? 0)];
    const last = window.seen.at(-1);
    if (now[0] && (!last || last[1] !== now[0] || last[2] !== now[1]))
      window.seen.push([performance.now() / 1000, ...now]);
    requestAnimationFrame(look);
  };
  look();
}"""
NOW = "() => performance.now() / 1000"


def one_run(page: Page, address: str, rest_s: float) -> dict[str, float]:
    """Start one run by a click and watch it to its end."""
    page.goto(address)
    start = page.get_by_role("button", name="Start training")
    start.wait_for()
    page.wait_for_timeout(1000 * rest_s)
    if page.get_by_test_id("stAlert").count():
        raise SystemExit(page.get_by_test_id("stAlert").first.inner_text())
    page.evaluate(WATCH_CHART)
    clicked = page.evaluate(NOW)
    start.click()
    page.wait_for_function("() => window.seen.length > 0")
    page.get_by_text("Finished", exact=False).first.wait_for()
    ended = page.evaluate(NOW)
    seen = page.evaluate("() => window.seen")
    n_points = max(points for _, points, _ in seen)
    # The chart of the ended run shows as many points again.
    growing = seen[: 1 + next(at for at, one in enumerate(seen) if one[1] == n_points)]
    lasted = growing[-1][0] - growing[0][0]
    return {
        "first_point_s": round(seen[0][0] - clicked, 2),
        "finished_s": round(ended - clicked, 2),
        "pictures_a_second": round((len(growing) - 1) / max(lasted, 0.1), 1),
        "points": n_points,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", nargs="?", default="sample")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rest", type=float, default=10.0, help="seconds on the page before Start")
    arguments = parser.parse_args()
    data = arguments.data if arguments.data == "sample" else str(Path(arguments.data).resolve())
    environment, name = {"ARXIVTAG_DATA": data}, f"file:{Path(data).name}"
    if data == "sample":
        environment, name = {}, data
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        server = start_server(home, Path(folder), environment)
        errors: list[str] = []
        try:
            page = new_page(launch_chromium(playwright), errors)
            address = f"{server.url}/Train?data={urllib.parse.quote(name, safe='')}"
            runs = [one_run(page, address, arguments.rest) for _ in range(arguments.runs)]
        finally:
            server.stop()
            stop_jobs(home)
    print(json.dumps(summary(runs) | {"errors": errors}, indent=1))


def summary(runs: list[dict[str, float]]) -> dict[str, Any]:
    """Return each run, and medians of all after the first."""
    later = {key: median(run[key] for run in runs[1:]) for key in runs[0]} if runs[1:] else None
    return {"first": runs[0], "later": later, "all": runs, "load_average": os.getloadavg()}


if __name__ == "__main__":
    main()
