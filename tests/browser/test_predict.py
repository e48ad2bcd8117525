"""Predict in a real browser: paste, examples, reasons, a file there and back, and links to runs."""

from __future__ import annotations

import csv
import itertools
import re
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from arxivtag.ui.predict.examples import EXAMPLES
from tests.browser.conftest import Server, boxes, eventually, start_server, wait_until_idle
from tests.ui.demo_run import LABELS, RUN_ID, make_demo_run

pytestmark = pytest.mark.browser

OTHER_RUN = "20260102-000000-demo"
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """One server for this module, with two runs in its home."""
    folder = tmp_path_factory.mktemp("demo")
    make_demo_run(folder / "home")
    make_demo_run(folder / "home", OTHER_RUN)
    running = start_server(folder / "home", folder / "logs")
    yield running
    running.stop()


@pytest.fixture
def page(demo_server: Server, open_page: OpenPage) -> Page:
    """The Predict page with the demo run as its model."""
    opened = open_page(f"{demo_server.url}/Predict?model={RUN_ID}")
    expect(opened.get_by_label("Abstract", exact=True)).to_be_visible()
    wait_until_idle(opened)
    return opened


def test_the_page_opens_with_an_answer(page: Page) -> None:
    expect(
        page.get_by_text(f"An example, made up for this page: {EXAMPLES[0].field}.")
    ).to_be_visible()
    expect(page.get_by_text(f"Primary area {LABELS[0]}.")).to_be_visible()

    def they_stand_side_by_side() -> None:
        (paste,), (answer,) = boxes(page, "textarea"), boxes(page, "ol.at-bars")
        assert paste["right"] < answer["left"]
        assert answer["top"] < paste["bottom"] < 900
        assert paste["top"] < answer["bottom"]

    eventually(page, they_stand_side_by_side)


def test_the_box_stays_beside_an_answer_longer_than_the_window(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 520})
    page.get_by_text("All 6 labels").click()
    every = page.get_by_role("list", name="Labels by probability").nth(1)
    expect(every).to_contain_text("cs.RO Robotics")
    wait_until_idle(page)
    page.wait_for_function(  # the list has opened
        "() => document.querySelector('[data-testid=\"stMain\"]').scrollHeight > 1000"
    )
    below = page.get_by_role("tab", name="Why this label")

    def they_moved_apart() -> None:
        below.evaluate("element => element.scrollIntoView({block: 'end'})")
        (paste,), (answer, *_) = boxes(page, "textarea"), boxes(page, "ol.at-bars")
        assert answer["top"] < 0
        assert answer["top"] + 100 < paste["top"]
        assert 0 < paste["top"] < paste["bottom"] <= 520

    eventually(page, they_moved_apart)


# Rows whose words lie over their bar (the words themselves may be wider than what holds them).
WORDS_OVER_BARS = """rows => rows.filter((row) => {
  const bar = row.querySelector(".at-bar").getBoundingClientRect()
  const range = document.createRange()
  range.selectNodeContents(row.querySelector(".at-label"))
  return [...range.getClientRects()].some((word) =>
    word.right > bar.left && word.left < bar.right &&
    word.bottom > bar.top && word.top < bar.bottom)
}).map((row) => row.textContent)"""


def names_have_room(page: Page) -> None:
    assert page.locator(".at-row").evaluate_all(WORDS_OVER_BARS) == []
    assert all(name["width"] > 100 for name in boxes(page, ".at-label"))


def test_names_never_lie_over_bars(page: Page) -> None:
    for media, width in itertools.product(("screen", "print"), (820, 900, 1000, 1100, 390)):
        page.emulate_media(media=media)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        wait_until_idle(page)
        expect(page.locator(".at-row").nth(3)).to_be_attached()
        eventually(page, partial(names_have_room, page))  # a side bar that folds takes its time


def test_on_a_phone_an_example_is_answered_in_view(
    demo_server: Server, open_page: OpenPage
) -> None:
    phone = open_page(f"{demo_server.url}/Predict?model={RUN_ID}", width=390, height=844)
    expect(phone.get_by_text(f"Primary area {LABELS[0]}.")).to_be_in_viewport()
    phone.get_by_text(EXAMPLES[1].field, exact=True).click()
    expect(phone.get_by_text(f"Primary area {LABELS[1]}.")).to_be_in_viewport()
    expect(phone.locator(".at-row.above").first).to_be_in_viewport()

    def it_stands_right_below() -> None:
        (paste,), (sentence,) = boxes(phone, "textarea"), boxes(phone, ".at-sentence")
        assert 0 < sentence["top"] - paste["bottom"] < 160

    eventually(phone, it_stands_right_below)


def test_a_paste_is_answered_without_a_button_and_replaces_the_example(page: Page) -> None:
    page.get_by_text(EXAMPLES[1].field, exact=True).click()
    expect(page.get_by_text(f"Primary area {LABELS[1]}.")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", EXAMPLES[2].abstract)
    area = page.get_by_label("Abstract", exact=True)
    area.click()
    page.keyboard.press("Control+V")
    expect(page.get_by_text(f"Primary area {LABELS[2]}.")).to_be_visible()
    expect(area).to_have_value(EXAMPLES[2].abstract)
    expect(area).to_be_focused()  # the reader can go on typing where they were
    first = page.get_by_role("list", name="Labels by probability").get_by_role("listitem").first
    # The archive, then its area; what is read aloud or copied keeps label and name apart.
    expect(first).to_contain_text("cs Computer Science")
    expect(first).to_contain_text("cs.RO Robotics primary")
    expect(first).to_contain_text("passes its threshold")
    expect(first).to_contain_text("cs.RO Robotics", use_inner_text=True)


def test_a_link_holds_the_text_only_if_asked(page: Page) -> None:
    text = f"{EXAMPLES[2].abstract} 50% & more?"
    wait_until_idle(page)
    page.get_by_label("Abstract", exact=True).fill(text)
    page.get_by_role("button", name="Tag", exact=True).click()
    expect(page.get_by_text(f"Primary area {LABELS[2]}.")).to_be_visible()
    assert "abstract=" not in page.url
    page.get_by_role("button", name="Link").click()
    page.get_by_text("Put the text into the address too").click()
    page.wait_for_url(re.compile("abstract="))
    page.reload()
    expect(page.get_by_label("Abstract", exact=True)).to_have_value(text)
    expect(page.get_by_text(f"Primary area {LABELS[2]}.")).to_be_visible()


def test_typing_is_answered_after_a_pause(page: Page) -> None:
    area = page.get_by_label("Abstract", exact=True)
    area.fill("")
    page.keyboard.type("We show that it is good for all of them", delay=2)
    expect(page.get_by_text("Not sure: no label is probable enough")).to_be_visible()
    page.keyboard.type(" and more", delay=2)
    expect(area).to_have_value(re.compile("all of them and more$"))


def test_example_reasons_and_what_if(page: Page) -> None:
    page.get_by_text(EXAMPLES[1].field, exact=True).click()
    expect(page.get_by_text(f"Primary area {LABELS[1]}.")).to_be_visible()
    expect(page.get_by_label("Abstract", exact=True)).to_have_value(EXAMPLES[1].abstract)
    marks = page.locator(".at-marked mark.up")
    expect(marks.first).to_be_visible()
    # Marks differ without colour: solid lines for, dashed lines against.
    expect(marks.first).to_have_css("border-bottom-style", "solid")
    expect(page.locator(".at-marked mark.down").first).to_have_css("border-bottom-style", "dashed")
    expect(page.locator(".st-key-predict-contributions .js-plotly-plot")).to_be_visible()
    word = page.locator(".at-marked mark", has_text="summary").first
    wait_until_idle(page)  # words that are replaced between press and release were not clicked
    word.click()
    expect(page.get_by_text("Left out at")).to_be_visible()
    expect(word).to_have_css("text-decoration-line", "line-through")
    wait_until_idle(page)
    word.click()  # and back
    expect(page.get_by_text("Left out at")).to_have_count(0)
    expect(word).not_to_have_css("text-decoration-line", "line-through")
    wait_until_idle(page)
    leave_out = page.get_by_role("combobox", name=re.compile("What if these were not there"))
    leave_out.click()
    leave_out.fill("sentence pairs in news")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Left out at one place")).to_be_visible()


def test_markup_in_a_paste_runs_nothing(page: Page) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"script ran: {dialog.message}"))
    hostile = EXAMPLES[0].abstract + " <img src=x onerror=alert(1)><script>alert(2)</script>"
    page.get_by_label("Abstract", exact=True).fill(hostile)
    page.get_by_role("button", name="Tag", exact=True).click()
    expect(page.locator(".at-marked").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator(".at-marked img").count() == 0


def test_similar_papers_and_second_opinion(page: Page) -> None:
    page.get_by_text(EXAMPLES[2].field, exact=True).click()
    expect(page.get_by_text(f"Primary area {LABELS[2]}.")).to_be_visible()
    page.get_by_role("tab", name="Similar papers").click()
    expect(page.locator(".at-similars li").first).to_contain_text(EXAMPLES[2].title)
    page.get_by_role("tab", name="Second opinion").click()
    box = page.get_by_role("combobox", name=re.compile("Categories the author chose"))
    box.fill("cs.CL")
    page.get_by_role("option", name=re.compile("^cs.CL")).click()
    page.keyboard.press("Escape")  # what lies behind an open list is hidden from readers
    expect(page.get_by_role("heading", name=re.compile("Missing"))).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Odd"))).to_be_visible()


def test_a_file_goes_up_and_comes_back_tagged(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["title", "abstract"])
        writer.writerows([example.title, example.abstract] for example in EXAMPLES)
        writer.writerow(['=HYPERLINK("http://x.invalid")', "bread and water"])
    page.get_by_role("tab", name="Many at once").click()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Tag the file").click()
    expect(page.get_by_test_id("stMetric").filter(has_text="Papers tagged")).to_contain_text("7")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").click()
    saved = tmp_path / "tagged.csv"
    waiting.value.save_as(saved)
    with saved.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["predicted_labels"] for row in rows] == [*LABELS, ""]
    assert [row["note"] for row in rows] == [*([""] * len(LABELS)), "fewer than 20 words"]
    assert rows[-1]["title"].startswith("'=HYPERLINK")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download JSONL").click()
    assert waiting.value.suggested_filename == "papers_tagged.jsonl"


def test_the_bundle_can_be_taken_along(page: Page, tmp_path: Path) -> None:
    page.get_by_role("tab", name="Take the model along").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the bundle").click()
    saved = tmp_path / "bundle.zip"
    waiting.value.save_as(saved)
    with zipfile.ZipFile(saved) as archive:
        assert any(name.endswith("manifest.json") for name in archive.namelist())


def test_runs_are_chosen_in_the_sidebar_and_by_links(
    demo_server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{demo_server.url}/Predict?run={RUN_ID}")
    expect(page.get_by_label("Abstract", exact=True)).to_be_visible()
    wait_until_idle(page)
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text(f"run {RUN_ID}")).to_be_visible()
    expect(page).to_have_url(re.compile(f"model={RUN_ID}"))
    sidebar.get_by_role("combobox").nth(1).click()
    page.get_by_role("option", name=OTHER_RUN).click()
    expect(sidebar.get_by_text(f"run {OTHER_RUN}")).to_be_visible()
    expect(page).not_to_have_url(re.compile(RUN_ID))
