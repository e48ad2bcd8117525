"""The map of the data set in use in Chromium: asked for, hovered, drawn on, and let go."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, box_at_rest

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
PATIENCE_MS = 120_000
MAX_BYTES = 1_500_000
IN_OUTLINE = re.compile(r"of 1,783 papers kept after cleaning: inside the outline on the map")


@pytest.mark.slow
def test_papers_drawn_around_on_the_map_are_those_of_all_tabs(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/Explore", height=1900)
    frames: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda f: frames.append(len(f))))
    page.reload()
    page.get_by_role("button", name="Draw the map").click(timeout=PATIENCE_MS)
    drawn = page.locator(".at-map[data-points='2000']")
    expect(drawn).to_be_visible(timeout=PATIENCE_MS)
    box = box_at_rest(drawn)
    left, top = box["x"] + 0.25 * box["width"], box["y"] + 80
    page.mouse.move(left, top)
    page.mouse.down()
    for right, down in ((300, 0), (330, 250), (150, 300), (-20, 250), (0, 10)):
        page.mouse.move(left + right, top + down, steps=4)
    page.mouse.up()
    said = page.get_by_text(IN_OUTLINE)
    expect(said).to_be_visible(timeout=PATIENCE_MS)
    sentence = said.inner_text()
    expect(page).to_have_url(re.compile("outline="))
    expect(drawn.locator(".shapelayer path").first).to_be_attached()
    bar = box_at_rest(page.get_by_role("tablist").first)
    page.get_by_role("tab", name="Papers", exact=True).click()
    papers = page.get_by_role("tabpanel", name="Papers")
    expect(papers.get_by_text(sentence)).to_be_visible(timeout=PATIENCE_MS)
    tabs = page.get_by_role("tablist").first
    assert box_at_rest(tabs) == bar  # the filters push no tab away
    papers.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_text(IN_OUTLINE)).to_have_count(0, timeout=PATIENCE_MS)
    expect(page).not_to_have_url(re.compile("outline="))
    # Plotly's own script aside, which is sent once.
    assert sum(size > MAX_BYTES for size in frames) <= 1
