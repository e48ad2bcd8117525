"""The Runs page in a real browser: list, open, compare, rename, run again, delete."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from arxivtag import storage
from arxivtag.runs import registry
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.space import FrameWriter
from arxivtag.settings import PRESETS
from tests.browser.conftest import (
    Server,
    box_at_rest,
    boxes,
    eventually,
    fits,
    start_server,
    stop_jobs,
    wait_until_idle,
)
from tests.runs.conftest import FAKE_FOLDER, make_run, wait_for

pytestmark = pytest.mark.browser

N_FRAMES = 4
NEWEST = "20990101-000000-dele"  # also beside runs that are started here, in whatever year
HOSTILE_NOTE = "<script>alert(1)</script> ![x](http://x) $a$ :red[b]"


def finished_run(home: Path, run_id: str, preset: str, micro_f1: float) -> None:
    """A finished run with curves and figures, but without a model."""
    folder = make_run(
        home, run_id, "finished", PRESETS[preset], elapsed_s=12.0,
        started_at="2026-01-01T10:00:00+00:00",
    )  # fmt: skip
    storage.write_json(
        folder.result,
        {
            "evaluation": {"micro_f1": micro_f1, "lrap": 0.8, "n_samples": 90},
            "timings": {"load": 1.0},
            "data": {"fingerprint": 64 * "f"},
        },
    )
    records = [
        {"kind": "epoch", "epoch": epoch, "loss": 1 / epoch, "val_loss": 1.1 / epoch,
         "binary_accuracy": 0.9, "val_binary_accuracy": 0.91, "val_micro_f1": 0.5}
        for epoch in (1, 2, 3)
    ]  # fmt: skip
    folder.history.write_text("".join(json.dumps(record) + "\n" for record in records))
    write_space(folder)


def write_space(folder: RunFolder) -> None:
    """The label space of 30 papers that reach their labels in three epochs."""
    labels = np.arange(30) % 3
    about = {"label_names": ["cs.CV", "cs.LG", "stat.ML"], "titles": [f"paper {n}" for n in labels],
             "paper_labels": labels[:, None].tolist()}  # fmt: skip
    storage.write_json(folder.space, about)
    write = FrameWriter(folder, 30, 3)
    for epoch in range(N_FRAMES):
        way = epoch / (N_FRAMES - 1)
        write(epoch, (0.5 * (1 - way) + way * np.eye(3)[labels]).astype(np.float32))


@pytest.fixture(scope="module")
def runs_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with some runs of every kind; its jobs pretend to train."""
    folder = tmp_path_factory.mktemp("runs")
    home = folder / "home"
    finished_run(home, "20260101-000000-aaaa", "tuned", 0.71)
    finished_run(home, "20260102-000000-bbbb", "linear", 0.69)
    registry.set_note("20260102-000000-bbbb", HOSTILE_NOTE, home)
    make_run(home, "20251201-000000-gone", "running")
    make_run(home, "20251130-000000-oops", "failed", message="It broke.", hint="Try again.")
    make_run(home, "20251129-000000-torn").status.write_bytes(b"{")
    server = start_server(
        home, folder / "logs", {"PYTHONPATH": str(FAKE_FOLDER), "FAKE_SECONDS_PER_EPOCH": "0.2"}
    )
    yield server
    server.stop()
    stop_jobs(server.home)


def select_rows(page: Page, *rows: int) -> None:
    """Tick rows of the list, counted from 0; the grid is drawn on a canvas."""
    grid = page.get_by_test_id("stDataFrame").first
    for row in rows:
        eventually(page, partial(tick, grid, row))
        wait_until_idle(page)


def tick(grid: Locator, row: int) -> None:
    ticked = grid.locator(f"tr[aria-rowindex='{row + 2}'][aria-selected=true]")
    if not ticked.count():  # a grid that is drawn anew forgets a click
        box = box_at_rest(grid)
        grid.page.mouse.click(box["x"] + 16, box["y"] + 35 * (row + 1) + 17)
    expect(ticked).to_be_attached(timeout=5_000)


def test_lists_every_run_and_filters(runs_server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{runs_server.url}/Runs")
    grid = page.get_by_test_id("stDataFrame").first
    for text in ("tuned, seed 42", "Lost", "Failed", "Damaged", HOSTILE_NOTE):
        expect(grid.get_by_text(text).first).to_be_attached()
    page.get_by_role("textbox", name="Filter").fill("linear")
    page.get_by_role("textbox", name="Filter").press("Enter")
    wait_until_idle(page)
    expect(page.get_by_test_id("stDataFrame").first.get_by_text("tuned, seed 42")).to_have_count(0)
    expect(page.get_by_test_id("stDataFrame").first.get_by_text(HOSTILE_NOTE)).to_be_attached()


def test_compares_two_and_keeps_them_in_the_address(
    runs_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{runs_server.url}/Runs")
    wait_until_idle(page)
    select_rows(page, 0, 1)
    expect(page.get_by_role("heading", name="Compared")).to_be_visible()
    page.wait_for_url(re.compile("compare=20260102-000000-bbbb"))
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()
    expect(page.get_by_text("Settings that differ")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Compared")).to_be_visible()


def test_opens_one_renames_it_and_shows_the_command(
    runs_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{runs_server.url}/Runs")
    wait_until_idle(page)
    select_rows(page, 1)
    page.get_by_role("button", name="Open run").click()
    page.wait_for_url(re.compile("run=20260101-000000-aaaa"))
    expect(page.get_by_role("button", name="All runs")).to_be_visible()
    expect(page.locator(".at-live-chart .main-svg").first).to_be_visible()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("the *best* one")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="the *best* one")).to_be_visible()
    page.get_by_text("Settings, and the command that repeats this run").click()
    expect(page.get_by_text("arxivtag train sample --preset tuned")).to_be_visible()


def test_the_record_of_a_run_fits_a_phone(
    runs_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{runs_server.url}/Runs?run=20260102-000000-bbbb", width=390)
    page.get_by_text("Papers, times and versions").click()
    expect(page.get_by_text("Data fingerprint")).to_be_visible()
    fits(page)


def space(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.locator(".at-space").first.evaluate("n => ({...n.dataset})")
    return found


@pytest.mark.slow
def test_replays_epochs_and_tells_of_a_dot(
    runs_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{runs_server.url}/Runs?run=20260101-000000-aaaa")
    slider = page.get_by_label("Epoch shown")
    expect(slider).to_be_visible()

    def apart() -> None:
        assert float(space(page)["apart"]) < 0.05

    def in_the_middle() -> None:
        assert space(page)["frame"] == "0"
        assert float(space(page)["middle"]) < 0.01

    eventually(page, apart)
    page.emulate_media(reduced_motion="reduce")
    slider.press("Home")  # at once, for whoever prefers it so
    eventually(page, in_the_middle)
    expect(page.get_by_text("before training", exact=True)).to_be_visible()
    expect(page.locator(".at-papers .own .value").first).to_have_text("50 % → 50 %")
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Replay").click()
    page.wait_for_function("n => document.querySelector('.at-space').dataset.frame === String(n)",
                           arg=N_FRAMES - 1)  # fmt: skip
    expect(page.locator(".at-papers .own .value").first).to_have_text("50 % → 100 %")
    canvas = page.locator(".at-space canvas")
    box = box_at_rest(canvas)
    radius = min(box["width"] / 2 - 62, box["height"] / 2 - 24)
    canvas.click(position={"x": box["width"] / 2, "y": box["height"] / 2 - radius + 3})
    expect(page.locator(".at-papers li.chosen p")).to_have_text("paper 0")
    with page.expect_download() as picture:
        page.get_by_role("button", name="Save as PNG").click()
    assert Path(picture.value.path()).read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as table:
        page.get_by_role("button", name="Label space as CSV").click()
    assert Path(table.value.path()).read_text().startswith("title,labels,x,y,cs.CV,cs.LG,stat.ML")
    canvas.press("ArrowRight")
    expect(page.locator(".at-papers li.chosen p")).not_to_have_text("paper 0")


@pytest.mark.parametrize("width", [390, 1280])
def test_what_stands_below_a_label_space_stays_within_it(
    runs_server: Server, open_page: Callable[..., Page], width: int
) -> None:
    two = "20260102-000000-bbbb,20260101-000000-aaaa"
    page = open_page(f"{runs_server.url}/Runs?compare={two}", width=width)
    expect(page.get_by_label("Epoch shown")).to_have_count(2)
    fits(page)

    def buttons_do() -> None:
        lines = boxes(page, ".at-space-line")
        assert len(lines) == 2
        for line, save in zip(lines, boxes(page, ".at-space .at-save"), strict=True):
            assert save["right"] <= line["right"] + 1

    eventually(page, buttons_do)


@pytest.mark.slow
def test_two_runs_are_replayed_side_by_side(
    runs_server: Server, open_page: Callable[..., Page]
) -> None:
    two = "20260102-000000-bbbb,20260101-000000-aaaa"
    page = open_page(f"{runs_server.url}/Runs?compare={two}")
    sliders = page.get_by_label("Epoch shown")
    expect(sliders).to_have_count(2)
    page.emulate_media(reduced_motion="reduce")
    sliders.first.press("Home")
    for number in (0, 1):
        expect(page.locator(".at-space").nth(number)).to_have_attribute("data-frame", "0")


def test_hostile_note_is_shown_as_typed(
    runs_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{runs_server.url}/Runs?run=20260102-000000-bbbb")
    heading = page.get_by_role("heading", name="<script>alert(1)</script>")

    def stands_as_typed() -> None:
        # Word joiners, which nobody sees, keep addresses from becoming links.
        assert heading.inner_text().replace("\u2060", "") == HOSTILE_NOTE

    eventually(page, stands_as_typed)


@pytest.mark.parametrize(
    ("run_id", "text"),
    [
        ("20251201-000000-gone", "ended without saying why"),
        ("20251130-000000-oops", "It broke."),
        ("20251129-000000-torn", "damaged"),
        ("no-such-run", "There is no run"),
    ],
)
def test_broken_runs_say_so(
    runs_server: Server, open_page: Callable[..., Page], run_id: str, text: str
) -> None:
    page = open_page(f"{runs_server.url}/Runs?run={run_id}")
    expect(page.get_by_test_id("stAlert").get_by_text(text).first).to_be_visible()
    expect(page.get_by_role("button", name="All runs")).to_be_visible()


def test_runs_again_with_the_same_and_with_changed_settings(
    runs_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{runs_server.url}/Runs?run=20260101-000000-aaaa")
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(re.compile(r"/Train\?.*run="))
    expect(page.get_by_text("Finished")).to_be_visible(timeout=60_000)
    page.go_back()  # one press, and the run is the one that was left
    expect(page).to_have_url(re.compile(r"/Runs\?.*run=20260101-000000-aaaa"))
    expect(page.get_by_role("button", name="Run again")).to_be_visible()
    page.goto(f"{runs_server.url}/Runs?run=20260102-000000-bbbb")
    page.get_by_role("link", name="Change settings").click()
    page.wait_for_url(re.compile("from=20260102-000000-bbbb"))
    expect(page.get_by_role("spinbutton", name="Learning rate")).to_have_value(
        f"{PRESETS['linear'].training.learning_rate:g}"
    )


def test_the_link_to_the_page_itself_leaves_the_run(
    runs_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{runs_server.url}/Runs?run=20260101-000000-aaaa")
    expect(page.get_by_role("button", name="All runs")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Runs").click()
    page.wait_for_url(re.compile(r"/Runs$"))
    expect(page.get_by_text("Try several")).to_be_visible()


def test_deletes_after_a_question(runs_server: Server, open_page: Callable[..., Page]) -> None:
    finished_run(runs_server.home, NEWEST, "tuned", 0.5)
    page = open_page(f"{runs_server.url}/Runs")
    wait_until_idle(page)
    select_rows(page, 0)
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("cannot be undone")).to_be_visible()
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog).to_have_count(0)
    assert registry.exists(NEWEST, runs_server.home)
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog).to_have_count(0)
    wait_for(lambda: not registry.exists(NEWEST, runs_server.home))


def test_several_are_tried_in_one_go(runs_server: Server, open_page: Callable[..., Page]) -> None:
    storage.write_text(runs_server.home / "hold", "1")  # it trains until it is stopped
    page = open_page(f"{runs_server.url}/Runs")
    page.get_by_text("Try several").click()
    page.get_by_role("spinbutton", name="Seeds").fill("1")
    page.get_by_role("spinbutton", name="Seeds").press("Enter")
    expect(page.get_by_role("button", name="Start 2 runs")).to_be_visible()
    page.get_by_role("button", name="Tuned", exact=True).click()  # leaves the linear one
    page.get_by_role("button", name="Start 1 run").click()
    expect(page.get_by_role("heading", name=re.compile(r"^linear on .* \(1 run\)"))).to_be_visible()
    page.get_by_role("button", name="Stop").last.click()
    expect(page.get_by_text("Ended: 1 run.")).to_be_visible()
    (runs_server.home / "hold").unlink()
    page.get_by_role("button", name="All runs").click()
    page.get_by_text("Try several").click()
    expect(page.get_by_role("button", name="linear on")).to_be_visible()
