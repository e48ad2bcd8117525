"""The evaluation of a finished run in a real browser: a slider moves and the numbers follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from arxivtag.learning.evaluation import threshold_figures
from arxivtag.ui.evaluation.view import TABS
from tests.browser.conftest import Server, eventually, fits, start_server, wait_until_idle
from tests.ui.evaluated_run import EvaluatedRun, make_evaluated_run

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


@dataclass(frozen=True)
class Served:
    """A server with one evaluated run in its home."""

    server: Server
    run: EvaluatedRun

    @property
    def url(self) -> str:
        """The run's page."""
        return f"{self.server.url}/Runs?run={self.run.folder.run_id}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("evaluated")
    run = make_evaluated_run(folder / "home")
    running = start_server(folder / "home", folder / "logs")
    yield Served(running, run)
    running.stop()


def tile(page: Page, name: str) -> Locator:
    """The value of the tile with this name that stands lowest on the page."""
    return page.get_by_test_id("stMetric").filter(has_text=name).last


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    wait_until_idle(page)


def test_numbers_follow_the_threshold(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    tab(page, "Thresholds")
    page.get_by_text("One for all", exact=True).click()
    slider = page.get_by_role("group", name="Threshold", exact=True).get_by_role("slider")
    expect(slider).to_be_visible()
    wait_until_idle(page)  # one that is drawn anew forgets a key
    truth = served.run.predictions.test.y_true
    y_prob = served.run.predictions.test.y_prob
    for key in ("End", "Home"):
        slider.press(key)
        value = {"End": 0.99, "Home": 0.01}[key]
        expect(slider).to_have_value(str(value))
        figures = threshold_figures(truth, y_prob >= np.float32(value))
        expect(tile(page, "Micro-precision")).to_contain_text(f"{figures['precision']:.3f}")
        expect(tile(page, "Micro-recall")).to_contain_text(f"{figures['recall']:.3f}")
        expect(tile(page, "Labels per paper")).to_contain_text(f"{figures['labels_per_paper']:.2f}")
        expect(tile(page, "Papers with no label")).to_contain_text(
            f"{100 * figures['share_without_label']:.1f} %"
        )


def test_binary_accuracy_comes_with_the_level_of_no_label(
    served: Served, open_page: OpenPage
) -> None:
    page = open_page(served.url)
    level = f"no label: {100 * served.run.figures['binary_accuracy_all_zeros']:.2f} %"
    shown = tile(page, "Binary accuracy")
    expect(shown).to_contain_text(level)
    # Not cut off by the tile either.
    delta = shown.get_by_test_id("stMetricDelta")

    def is_whole() -> None:
        assert delta.evaluate("one => one.isConnected && one.scrollWidth <= one.clientWidth + 1")

    eventually(page, is_whole)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_tab_fits_the_screen(
    served: Served, open_page: OpenPage, width: int, scheme: str
) -> None:
    page = open_page(served.url, width=width, color_scheme=scheme)
    for name in TABS:
        tab(page, name)
        expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute(
            "aria-selected", "true"
        )
        fits(page)
    expect(page.locator(".at-marked").first).to_be_visible()  # of the last tab, the errors
