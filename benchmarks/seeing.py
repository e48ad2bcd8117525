"""How soon one sees something: the first useful view of each page, and the effect of each click.

Starts a server on the sample and one evaluated run, opens each page once so that the server is a
running one, and then measures in Chromium:

- view: from asking for the address, in a browser without a cache, to the first figure, list or
  button that the page is for;
- click: from the click to what it is for, again and again in one session;
- bytes: all that a page sent, packed as it came.

    python benchmarks/seeing.py [--rounds 5]

It prints the tables of docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser.conftest import Server, launch_chromium, start_server, wait_until_idle
from tests.ui.demo_run import RUN_ID
from tests.ui.evaluated_run import make_evaluated_run

PLOT = ".js-plotly-plot .main-svg"
# Of each page its address and what one comes for.
VIEWS = {
    "Home": ("", ".at-map[data-points]"),
    "Explore": ("Explore", f".st-key-overview-labels {PLOT}"),
    "Explore, Labels": ("Explore?tab=Labels", f".st-key-label-frequency {PLOT}"),
    "Explore, Papers": ("Explore?tab=Papers", "text=One paper in full"),
    "Train": ("Train", "button:has-text('Start training')"),
    "Predict": ("Predict", ".at-bars li"),
    "Runs": ("Runs", "[data-testid='stDataFrame'] canvas"),
    "Runs, one run": (f"Runs?run={RUN_ID}", f".st-key-verdict {PLOT}"),
    "API": ("api", "button:has-text('Tag it')"),
}


@dataclass(frozen=True)
class Click:
    """Where one clicks, on what (a Playwright selector), what comes of it, and what leads back.

    Where nothing is named that leads back, the browser's own Back does.
    """

    name: str
    view: str
    on: str
    effect: str
    back: str = ""

    def lead_back(self, page: Page) -> None:
        """Go back to where the click was made."""
        if self.back:
            page.locator(self.back).first.click()
        else:
            page.go_back()
        page.locator(VIEWS[self.view][1]).first.wait_for(timeout=60_000)
        wait_until_idle(page)


def _tab(name: str) -> str:
    return f'role=tab[name="{name}"s]'


def _link(name: str) -> str:
    return f"[data-testid='stSidebar'] a:has-text('{name}')"


LIFT = f".st-key-co-occurrence-lift {PLOT}"
LINEAR = "[data-selected=true]:has-text('Linear')"
GALAXIES = ".at-sentence:has-text('astro-ph')"
FILES = "[data-testid=stFileUploaderDropzone]"
IN_TAB = "[role=tabpanel]"
MEASURED = "role=radio[name='Papers's]"
CLICKS = (
    Click("Home: link to Explore", "Home", _link("Explore"), VIEWS["Explore"][1]),
    Click("Explore: link to Train", "Explore", _link("Train"), VIEWS["Train"][1]),
    Click("Explore: link to Predict", "Explore", _link("Predict"), VIEWS["Predict"][1]),
    Click("Explore: link to Runs", "Explore", _link("Runs"), VIEWS["Runs"][1]),
    Click("Explore: Duplicates", "Explore", _tab("Duplicates"), "text=Same title",
          _tab("Overview")),
    Click("Explore: Labels", "Explore", _tab("Labels"), VIEWS["Explore, Labels"][1],
          _tab("Overview")),
    Click("Explore: Terms", "Explore", _tab("Terms"), f"{IN_TAB} {PLOT}",
          _tab("Overview")),
    Click("Explore: Lengths", "Explore", _tab("Lengths"), "text=What a maximum length covers",
          _tab("Overview")),
    Click("Explore: Papers", "Explore", _tab("Papers"), VIEWS["Explore, Papers"][1],
          _tab("Overview")),
    Click("Explore: Cleaning", "Explore", _tab("Cleaning"), "text=Leakage check",
          _tab("Overview")),
    Click("Explore: a measure", "Explore, Labels", "text='Lift'", LIFT,
          MEASURED),
    Click("Train: another preset", "Train", "text='Linear'", LINEAR,
          "text='Tuned'"),
    Click("Predict: another example", "Predict", "text='Galaxies'", GALAXIES,
          "text='Medical imaging'"),
    Click("Predict: similar papers", "Predict", _tab("Similar papers"), ".at-map[data-points]",
          _tab("Why this label")),
    Click("Predict: second opinion", "Predict", _tab("Second opinion"), "text=the author chose",
          _tab("Why this label")),
    Click("Predict: many at once", "Predict", _tab("Many at once"), FILES,
          _tab("One abstract")),
    Click("Predict: take it along", "Predict", _tab("Take the model along"), ".stCode >> nth=0",
          _tab("One abstract")),
    Click("Runs: curves", "Runs, one run", _tab("Curves"), f"{IN_TAB} {PLOT}",
          _tab("Figures")),
)  # fmt: skip


@dataclass
class Sent:
    """What a page was sent, counted as it comes."""

    n_bytes: float = 0
    largest: int = 0
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Count from now on."""
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda event: self.add(event["encodedDataLength"]))
        page.on("websocket", lambda socket: socket.on("framereceived", self.add_frame))

    def add(self, n_bytes: float) -> None:
        """Count an answer."""
        self.n_bytes += n_bytes

    def add_frame(self, frame: str | bytes) -> None:
        """Count a message of a session."""
        self.largest = max(self.largest, len(frame))
        self.add(len(frame))


def timed(act: Callable[[], object], page: Page, effect: str) -> float:
    """Seconds from an act to what it is for."""
    begun = time.perf_counter()
    act()
    page.locator(effect).first.wait_for(timeout=60_000)
    return time.perf_counter() - begun


def view(browser: Browser, server: Server, name: str) -> tuple[Page, float, Sent]:
    """Open a page in a browser without a cache."""
    page, sent = browser.new_context(viewport={"width": 1280, "height": 900}).new_page(), Sent()
    sent.watch(page)
    path, useful = VIEWS[name]
    seconds = timed(lambda: page.goto(f"{server.url}/{path}", wait_until="commit"), page, useful)
    if name != "API":
        wait_until_idle(page)
    return page, seconds, sent


def measure_views(browser: Browser, server: Server, rounds: int) -> None:
    """Print the table of first views."""
    print("| page | first useful view, median (least) | sent | largest message |")
    print("|---|---:|---:|---:|")
    for name in VIEWS:
        seconds, sents = [], []
        for _ in range(rounds):
            page, taken, sent = view(browser, server, name)
            page.wait_for_timeout(500)
            seconds.append(taken)
            sents.append(sent)
            page.context.close()
        sent = sents[-1]
        print(
            f"| {name} | {median(seconds):.2f} s ({min(seconds):.2f}) "
            f"| {sent.n_bytes / 1e6:.2f} MB | {sent.largest / 1e6:.2f} MB |",
            flush=True,
        )


def measure_clicks(browser: Browser, server: Server, rounds: int) -> None:
    """Print the table of clicks."""
    print("\n| click | effect, median (least) |\n|---|---:|")
    every = []
    for click in CLICKS:
        seconds = []
        page, _, _ = view(browser, server, click.view)
        for _ in range(rounds):
            page.wait_for_timeout(300)
            seconds.append(timed(page.locator(click.on).first.click, page, click.effect))
            click.lead_back(page)
        page.context.close()
        every.append(median(seconds))
        print(f"| {click.name} | {median(seconds):.2f} s ({min(seconds):.2f}) |", flush=True)
    print(f"| median of all | {median(every):.2f} s |")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clicks-only", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        make_evaluated_run(folder / "home")
        server = start_server(folder / "home", folder / "logs")
        browser = launch_chromium(playwright)
        try:
            for one in VIEWS:
                view(browser, server, one)[0].context.close()
            print(
                f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
            )
            if not options.clicks_only:
                measure_views(browser, server, options.rounds)
            measure_clicks(browser, server, options.rounds)
            print(f"\nLoad after: {os.getloadavg()[0]:.1f}.")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
