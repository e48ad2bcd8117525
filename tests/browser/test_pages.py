"""Every page as the first address on a fresh server, in light and dark, wide and narrow."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, fits, problems_on, says, wait_until_idle
from tests.ui.demo_run import RUN_ID, make_demo_run

pytestmark = pytest.mark.browser

PAGES = {
    "Home": ("/", "Subject areas for papers"),
    "Explore": ("/Explore", "Explore"),
    "Train": ("/Train", "Train"),
    "Predict": ("/Predict", "Predict"),
    "Runs": ("/Runs", "Runs"),
}
LOOKS = [(1280, "light"), (390, "dark")]
OpenPage = Callable[..., Page]


def wait_for_title(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
    wait_until_idle(page)


@pytest.mark.parametrize("name", PAGES)
def test_first_address_on_a_fresh_server(
    serve: Callable[..., Server], open_page: OpenPage, name: str
) -> None:
    path, title = PAGES[name]
    server = serve()
    for width, color_scheme in LOOKS:
        page = open_page(server.url + path, width=width, color_scheme=color_scheme)
        wait_for_title(page, title)
        fits(page)
        ground = "rgb(255, 255, 255)" if color_scheme == "light" else "rgb(21, 23, 26)"
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", ground)
        if width == 1280:
            links = page.get_by_test_id("stSidebar").get_by_role("link")
            expect(links).to_have_text([re.compile(rf"{name}\s*$") for name in PAGES])
        assert not problems_on(page)
        page.close()
    assert "Traceback" not in server.log


@pytest.fixture(scope="module")
def home_with_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with two runs, the older one under a hostile name."""
    home = tmp_path_factory.mktemp("home")
    make_demo_run(home)
    make_demo_run(home, "20260102-000000-demo")
    note = {"note": ":smile: ![x](http://x.invalid/i.png) <img src=x onerror=alert(1)> $a$ :red[b]"}
    (home / "runs" / RUN_ID / "note.json").write_text(json.dumps(note))
    return home


def test_choices_hold_on_every_page_and_in_the_address(
    serve: Callable[..., Server], open_page: OpenPage, home_with_run: Path
) -> None:
    server = serve(home_with_run)
    page = open_page(f"{server.url}/Predict?model={RUN_ID}")
    wait_for_title(page, "Predict")
    sidebar = page.get_by_test_id("stSidebar")
    for name in ("Runs", "Home", "Explore"):
        sidebar.get_by_role("link", name=name).click()
        wait_for_title(page, PAGES[name][1])
        expect(page).to_have_url(re.compile(f"model={RUN_ID}"))
    # As typed: no picture, no emoji, no formula, no colour.
    chosen = sidebar.get_by_test_id("stSelectbox").nth(1)
    expect(chosen).to_be_visible()
    assert page.locator("img[src*='x.invalid'], .katex, img[src='x']").count() == 0
    page.go_back()
    wait_for_title(page, "Subject areas for papers")
    expect(page).to_have_url(re.compile(f"model={RUN_ID}"))


def test_nonsense_in_the_address_gets_a_sentence(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/Train?data=..%2F..%2Fetc&model=%3Cscript%3E&run=%00")
    wait_for_title(page, "Train")
    expect(page.get_by_text("The address asks for the data set “../../etc”")).to_be_visible()
    expect(page).not_to_have_url(re.compile("data="))


HOSTILE = [
    ":smile: :material/home: $a^2$ :red[b] # h",
    "![](x.png) [l](http://x) `c` **b** _c_ ~~d~~",
    "a -> b <- c -- d >= e <b>x</b>",
    "http://x.invalid www.x.org a@b.org &lt;",
]


def test_text_from_outside_shows_as_typed(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/")
    for text in HOSTILE:
        page.goto(f"{server.url}/?model={quote(text)}")
        box = page.get_by_test_id("stAlert").first
        expect(box).to_contain_text("The address asks for the model")
        says(box, text)
        assert box.locator("img, a, code, .katex, strong, em, del, h1").count() == 0


def test_keyboard_reaches_the_links_and_focus_shows(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/Predict")
    wait_for_title(page, "Predict")
    expect(page.get_by_role("button", name="Main menu")).to_be_visible()
    wait_until_idle(page)
    expect(page.get_by_test_id("stSidebar").get_by_role("link", name="Runs")).to_be_visible()
    reached = set()
    for _ in range(70):  # once around the page, wherever the focus begins
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement?.innerText ?? ''").split("\n")[-1])
    assert {"Home", "Explore", "Train", "Runs"} <= reached


def test_upload_with_a_column_mapping(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "what,story,tags\n"
        + "".join(f'Paper {i},"We study topic {i} with care.","cs.LG; cs.CV"\n' for i in range(30))
    )
    page = open_page(f"{server.url}/")
    wait_for_title(page, "Subject areas for papers")
    page.get_by_role("button", name="Add papers").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(path)
    expect(dialog.get_by_text("Say which column holds the abstract")).to_be_visible()
    wait_until_idle(page)  # a list of what is drawn anew closes
    dialog.get_by_role("combobox").nth(1).click()
    page.get_by_role("option", name="story").click()
    expect(dialog.get_by_role("button", name="Use these papers")).to_be_visible()
    dialog.get_by_role("button", name="Use these papers").click()
    expect(
        page.get_by_test_id("stMetric").filter(has_text="Papers in the data set")
    ).to_contain_text("30")
    expect(page).to_have_url(re.compile("data=upload%3A"))
