"""Explore in Chromium: a shared address, tabs, filters by hand and by click, downloads."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000
OpenPage = Callable[..., Page]


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=name, exact=True)


def figure(page: Page, key: str) -> Locator:
    """The drawn plot of a figure."""
    return page.locator(f".st-key-{key} .js-plotly-plot .main-svg").first


def test_tabs_stand_in_the_address(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/Explore")
    expect(page.get_by_text("Duplicate titles")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("synthetic").first).to_be_visible()
    expect(figure(page, "overview-labels")).to_be_visible(timeout=PATIENCE_MS)
    tab(page, "Lengths").click()
    expect(page.get_by_text("What a maximum length covers")).to_be_visible(timeout=PATIENCE_MS)
    assert query(page)["tab"] == ["Lengths"]
    # Only the open tab is computed and drawn.
    expect(page.get_by_text("Duplicate titles")).to_have_count(0, timeout=PATIENCE_MS)


def test_a_filter_narrows_the_page_and_can_be_shared(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/Explore?tab=Papers")
    expect(page.get_by_text("papers kept after cleaning")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_text("Filters", exact=True).click()
    search = page.get_by_label("Text in title or abstract")
    search.fill("segmentation")
    search.press("Enter")
    said = page.get_by_text(re.compile("papers kept after cleaning: with “segmentation”"))
    expect(said).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("combobox", name=re.compile("Labels, all of them")).fill("robotics")
    page.keyboard.press("Enter")
    said = page.get_by_text(re.compile("cs.RO and|with cs.RO"))
    expect(said).to_be_visible(timeout=PATIENCE_MS)
    sentence = said.inner_text()
    assert query(page)["search"] == ["segmentation"]
    assert query(page)["labels"] == ["cs.RO · Robotics"]

    shared = open_page(page.url, width=390, color_scheme="dark")
    expect(shared.get_by_text(sentence)).to_be_visible(timeout=PATIENCE_MS)
    expect(tab(shared, "Papers")).to_have_attribute("aria-selected", "true")
    assert shared.evaluate("document.documentElement.scrollWidth") <= 390

    shared.get_by_role("button", name="Clear filters").click()
    expect(shared.get_by_text(sentence)).to_have_count(0, timeout=PATIENCE_MS)
    assert "search" not in query(shared)


def test_a_click_on_the_heat_map_filters_the_page(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/Explore?tab=Labels", height=2600)
    plot = page.locator(".st-key-co-occurrence-count .js-plotly-plot")
    expect(plot.locator(".heatmaplayer image")).to_be_visible(timeout=PATIENCE_MS)
    assert (
        plot.locator("xpath=ancestor::*[@aria-label]").count()
        or page.locator("[aria-label*='Heat map']").count()
    )
    cells = plot.locator(".heatmaplayer image").bounding_box()
    assert cells is not None
    n_labels = plot.locator(".yaxislayer-above .ytick, .ytick").count()
    side, height = cells["width"] / n_labels, cells["height"] / n_labels
    # First row, second column: the two most frequent labels.
    page.mouse.click(cells["x"] + 1.5 * side, cells["y"] + 0.5 * height)
    expect(
        page.get_by_text(re.compile("of [0-9,]+ papers kept after cleaning: with"))
    ).to_be_visible(timeout=PATIENCE_MS)
    assert len(query(page)["labels"]) == 2


def test_a_table_and_the_cleaned_papers_download(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/Explore?tab=Cleaning")
    expect(page.get_by_text("Leakage check")).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        page.get_by_role("button", name="Download CSV").first.click()
    with open(waiting.value.path(), encoding="utf-8", newline="") as file:
        steps = list(csv.DictReader(file))
    assert steps[0] == {"step": "Rows read", "papers": "2000", "removed": "0", "reason": ""}
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        page.get_by_role("button", name=re.compile("Download the [0-9,]+ cleaned papers")).click()
    assert waiting.value.suggested_filename == "cleaned-papers.csv"
    with open(waiting.value.path(), encoding="utf-8", newline="") as file:
        papers = list(csv.DictReader(file))
    assert str(len(papers)) == steps[-1]["papers"]
    assert papers[0]["labels"].startswith('["')


def test_what_is_chosen_is_readable_on_a_dark_page(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/Explore?tab=Duplicates", color_scheme="dark")
    chosen = page.get_by_role("radio", name="Same title")
    expect(chosen).to_be_visible(timeout=PATIENCE_MS)
    # Streamlit's own text in the primary colour has too little contrast here.
    expect(chosen.locator("p")).to_have_css("color", "rgb(255, 143, 133)")


def test_two_duplicates_are_read_side_by_side(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/Explore?tab=Duplicates&duplicates=Near-duplicates")
    expect(page.get_by_text("Side by side")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("mark").first).to_be_visible(timeout=PATIENCE_MS)


def test_an_image_of_a_figure_downloads(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/Explore?tab=Lengths")
    expect(figure(page, "lengths")).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        page.locator(".st-key-lengths [data-title*='ownload']").first.click()
    assert waiting.value.suggested_filename == "lengths.svg"
