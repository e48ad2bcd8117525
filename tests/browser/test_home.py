"""Home in Chromium: the map names a paper under the mouse, and a click asks arXiv for it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from arxivtag.papers.facts import load_map
from tests.browser.conftest import Server, be_patient, box_at_rest, boxes, eventually

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def drawn_map(page: Page) -> Locator:
    drawn = page.locator(".at-map[data-points]")
    expect(drawn).to_have_attribute("data-points", str(len(load_map().papers)))
    expect(drawn).not_to_contain_text("WebGL is not supported")
    return drawn


def hover_a_point(page: Page, drawn: Locator) -> str:
    """Move the mouse over the map until a paper is named; return its text."""
    box = box_at_rest(drawn)
    named = page.locator(".at-map .hovertext")
    for step in range(80):
        page.mouse.move(box["x"] + box["width"] * 0.4 + 2 * step, box["y"] + box["height"] * 0.4)
        page.wait_for_timeout(30)
        if named.count():
            page.wait_for_timeout(300)  # a name may come late, and be that of the point before
            for text in named.all_text_contents():
                return text
    raise AssertionError("no point was named")


def hovered(page: Page) -> str:
    """The name that stands on the map now, on which the mouse rests."""
    (text,) = page.locator(".at-map .hovertext").all_text_contents()
    return text


def test_a_paper_is_named_and_opens_at_arxiv(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    page.context.route("https://arxiv.org/**", lambda route: Route.fulfill(route, body="the paper"))
    drawn = drawn_map(page)
    place = box_at_rest(drawn)
    named = hover_a_point(page, drawn)
    found = re.match(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})", named)
    assert found, named
    with page.context.expect_page() as opened:
        page.mouse.down()
        page.mouse.up()
    opened.value.wait_for_url("https://arxiv.org/abs/**")
    identifier = str(opened.value.url).removeprefix("https://arxiv.org/abs/")
    papers = load_map().papers.set_index("id")
    named = hovered(page)  # what was named when the button went down
    assert named.startswith(identifier)
    assert papers.loc[identifier, "labels"].split(" ")[0] in named
    assert drawn.bounding_box() == place  # nothing jumped


@pytest.mark.parametrize(("width", "color_scheme"), [(1280, "dark"), (390, "light")])
def test_names_of_regions_lie_apart_and_inside(
    server: Server, open_page: OpenPage, width: int, color_scheme: str
) -> None:
    page = open_page(server.url, width=width, color_scheme=color_scheme)
    drawn_map(page)

    def they_do() -> None:
        (frame,) = boxes(page, ".at-map[data-points]")
        names = [box for box in boxes(page, ".at-map .annotation") if box["width"]]
        assert len(names) >= 8
        for place, one in enumerate(names):
            assert one["left"] >= frame["left"] - 1
            assert one["right"] <= frame["right"] + 1
            assert not any(overlap(one, other) for other in names[place + 1 :])

    eventually(page, they_do)


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two boxes share more than 3 pixels in both directions."""
    shared_x = min(one["right"], other["right"]) - max(one["left"], other["left"])
    shared_y = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return shared_x >= 3 and shared_y >= 3


def test_a_pasted_abstract_is_tagged(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    box = page.get_by_label("Which areas does a paper belong to?")
    box.fill("We study moduli spaces of stable sheaves on surfaces and birational geometry. " * 3)
    page.get_by_role("button", name="Find its areas").click()
    expect(page).to_have_url(re.compile(r"/Predict"))
    expect(page.get_by_text("math.AG").first).to_be_visible()


def test_a_name_on_the_map_shows_that_area(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    drawn_map(page)
    area = page.get_by_role("combobox", name="Area")
    expect(area).to_have_value("cs.CL · Computation and Language")
    page.locator(".at-map .annotation", has_text="Group Theory").locator("text").click()
    expect(area).to_have_value("math.GR · Group Theory")
    expect(page).to_have_url(re.compile("area=math.GR"))
    chart = page.locator(".st-key-area-words .at-live-chart")
    expect(chart).to_have_attribute("aria-label", re.compile("Words of math.GR that rose"))


@pytest.mark.slow
def test_a_finger_moves_the_page_until_the_map_is_taken_by_hand(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    be_patient(context)
    page = context.new_page()
    page.goto(server.url)
    drawn = drawn_map(page)
    drawn.scroll_into_view_if_needed()
    centre = (
        "() => document.querySelector('.at-map').layout.xaxis.range.reduce((a, b) => a + b) / 2"
    )
    before = page.evaluate(centre)
    touch = context.new_cdp_session(page)

    def drag() -> None:
        box = box_at_rest(drawn)
        x, y = box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"]
        for kind, left in (("touchStart", 0), *(("touchMove", step) for step in range(10, 90, 10))):
            point = {"x": x - left, "y": y}
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    drag()
    assert page.evaluate(centre) == before
    page.locator(".at-map [data-title='Pan']").click()
    drag()
    page.wait_for_function(f"(before) => ({centre})() > before + 500", arg=before)
    context.close()
