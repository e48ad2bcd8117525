"""Explore in Chromium: a shared address, tabs, filters by hand and by click, downloads."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server, box_at_rest, eventually, fits, wait_until_idle

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000
OpenPage = Callable[..., Page]


def wait_for_query(page: Page, is_right: Callable[[dict[str, list[str]]], bool]) -> None:
    """Wait until what stands behind the question mark of the address is right."""
    page.wait_for_url(lambda url: is_right(parse_qs(urlparse(url).query)))


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
    expect(page).to_have_url(re.compile(r"\btab=Lengths\b"))
    # Only the open tab is computed and drawn.
    expect(page.get_by_text("Duplicate titles")).to_have_count(0, timeout=PATIENCE_MS)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Train").click()
    page.wait_for_url(re.compile("/Train"))
    page.go_back()  # one press, and the tab is the one that was left
    expect(page.get_by_text("What a maximum length covers")).to_be_visible(timeout=PATIENCE_MS)
    expect(tab(page, "Lengths")).to_have_attribute("aria-selected", "true")


def test_a_filter_narrows_the_page_and_can_be_shared(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/Explore?tab=Papers")
    expect(page.get_by_text("papers kept after cleaning")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_text("Filters", exact=True).click()
    search = page.get_by_label("Text in title or abstract")
    search.fill("segmentation")
    search.press("Enter")
    said = page.get_by_text(re.compile("papers kept after cleaning: with “segmentation”"))
    expect(said).to_be_visible(timeout=PATIENCE_MS)
    said = page.get_by_text(re.compile("cs.RO and|with cs.RO"))

    def choose_a_label() -> None:
        """A list that is drawn anew meanwhile forgets what was typed into it."""
        page.get_by_role("combobox", name=re.compile("Labels, all of them")).fill("robotics")
        page.keyboard.press("Enter")
        expect(said).to_be_visible(timeout=5_000)

    eventually(page, choose_a_label)
    sentence = said.inner_text()
    wanted = {"search": ["segmentation"], "labels": ["cs.RO · Robotics"]}
    wait_for_query(page, lambda query: query.items() >= wanted.items())

    shared = open_page(page.url, width=390, color_scheme="dark")
    expect(shared.get_by_text(sentence)).to_be_visible(timeout=PATIENCE_MS)
    expect(tab(shared, "Papers")).to_have_attribute("aria-selected", "true")
    fits(shared)

    shared.get_by_role("button", name="Clear filters").click()
    expect(shared.get_by_text(sentence)).to_have_count(0, timeout=PATIENCE_MS)
    wait_for_query(shared, lambda query: "search" not in query)


def test_a_click_on_the_heat_map_filters_the_page(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/Explore?tab=Labels", height=2600)
    plot = page.locator(".st-key-co-occurrence-count .js-plotly-plot")
    expect(plot.locator(".heatmaplayer image")).to_be_visible(timeout=PATIENCE_MS)
    wait_until_idle(page)  # what is drawn above it moves it
    above = plot.locator("xpath=ancestor::*[@aria-label]")
    expect(above.or_(page.locator("[aria-label*='Heat map']")).first).to_be_attached()
    cells = box_at_rest(plot.locator(".heatmaplayer image"))
    n_labels = plot.locator(".yaxislayer-above .ytick, .ytick").count()
    assert n_labels > 2
    side, height = cells["width"] / n_labels, cells["height"] / n_labels
    # First row, second column: the two most frequent labels.
    page.mouse.click(cells["x"] + 1.5 * side, cells["y"] + 0.5 * height)
    expect(
        page.get_by_text(re.compile("of [0-9,]+ papers kept after cleaning: with"))
    ).to_be_visible(timeout=PATIENCE_MS)
    wait_for_query(page, lambda query: len(query.get("labels", [])) == 2)


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


def test_the_network_of_labels_is_dragged_read_and_clicked(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/Explore?tab=Labels", height=2600)
    page.emulate_media(reduced_motion="reduce")  # so that all stands still after each step
    network = page.locator(".at-network svg[data-places]")
    expect(network).to_be_visible(timeout=PATIENCE_MS)
    wait_until_idle(page)  # what is drawn above it moves it

    def places() -> list[list[float]]:
        return [list(place) for place in json.loads(network.get_attribute("data-places") or "[]")]

    second = network.get_by_role("button").nth(1)
    box = box_at_rest(second.locator("circle"))
    before = places()
    assert len({tuple(place) for place in before}) == 20
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 40, steps=4)
    page.mouse.up()

    def it_stays_and_springs_move_the_others() -> None:
        assert places()[1][0] < before[1][0]
        assert sum(old != new for old, new in zip(before, places(), strict=True)) > 10

    eventually(page, it_stays_and_springs_move_the_others)
    after = places()
    wait_for_query(page, lambda query: "labels" not in query)  # a drag is no click
    first = network.get_by_role("button").first
    expect(first).to_have_attribute("aria-label", re.compile("^cs.LG.*Machine Learning: [0-9]+ pa"))
    first.focus()
    page.keyboard.press("Shift+ArrowRight")

    def it_goes_right() -> None:
        assert places()[0][0] > after[0][0]

    eventually(page, it_goes_right)
    page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as PNG").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"\x89PNG")
    second.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("papers kept after cleaning: with cs.CV"))).to_be_visible(
        timeout=PATIENCE_MS
    )
