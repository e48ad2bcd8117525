"""The Train page in a real browser: start, watch, leave, come back, stop, queue."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Browser, Page, expect

from arxivtag import storage
from arxivtag.runs import jobs, registry
from tests.browser.conftest import (
    Server,
    assert_clean,
    be_patient,
    box_at_rest,
    start_server,
    stop_jobs,
    wait_until_idle,
)
from tests.runs.conftest import FAKE_FOLDER, fake_config, wait_for

pytestmark = pytest.mark.browser

QUICK = {"PYTHONPATH": str(FAKE_FOLDER), "FAKE_SECONDS_PER_EPOCH": "1.0"}


@pytest.fixture(scope="module")
def quick_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose workers pretend to train: 1 s an epoch."""
    folder = tmp_path_factory.mktemp("train")
    server = start_server(folder / "home", folder / "logs", QUICK)
    yield server
    server.stop()
    stop_jobs(server.home)


@pytest.fixture(autouse=True)
def only_quick_jobs(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Jobs that a test starts are quick ones; what it left training is stopped."""
    if "quick_server" not in request.fixturenames:
        yield
        return
    for name, value in QUICK.items():
        monkeypatch.setenv(name, value)
    yield
    home = request.getfixturevalue("quick_server").home
    (home / "hold").unlink(missing_ok=True)
    for run in registry.list_runs(home):
        if run.state in ("queued", "running"):
            jobs.stop(run.run_id, home)
    wait_for(lambda: not jobs.running(home))


def start_job(home: Path, epochs: int = 200) -> str:
    return jobs.start(fake_config(epochs), home)


def wait_for_more_points(page: Page, n: int) -> int:
    """Wait until the chart holds more than ``n`` points, and return how many."""
    found = page.wait_for_function(
        """n => {
          const points = Number(document.querySelector('.at-live-chart')?.dataset.points ?? 0);
          return points > n && points;
        }""",
        arg=n,
        timeout=90_000,
    )
    return int(found.json_value())


def run_in_address(page: Page) -> str:
    return parse_qs(urlparse(page.url).query)["run"][0]


def test_start_watch_leave_return_reload_and_second_tab(
    quick_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{quick_server.url}/Train")
    page.get_by_text("Settings", exact=True).click()
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("200")
    epochs.press("Enter")
    wait_until_idle(page)
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(re.compile("run="))
    run_id = run_in_address(page)
    n = wait_for_more_points(page, 0)
    expect(page.get_by_text("Training: epoch")).to_be_visible()
    n = wait_for_more_points(page, n)

    page.get_by_test_id("stSidebar").get_by_role("link", name="Explore").click()
    page.wait_for_url(re.compile("/Explore"))
    page.go_back()
    page.wait_for_url(re.compile(f"run={run_id}"))
    n = wait_for_more_points(page, n)

    page.reload()
    n = wait_for_more_points(page, n)

    other = open_page(f"{quick_server.url}/Train?run={run_id}")
    other_n = wait_for_more_points(other, n)
    wait_for_more_points(other, other_n)
    wait_for_more_points(page, n)


def test_points_appear_one_after_another_on_honest_axes(
    quick_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{quick_server.url}/Train?run={start_job(quick_server.home)}")
    n = wait_for_more_points(page, 0)
    page.evaluate(
        """() => {
          const chart = document.querySelector('.at-live-chart');
          window.seen = [];
          new MutationObserver(() => window.seen.push(chart.data[0].x.length))
            .observe(chart, {attributes: true});
        }"""
    )
    # The four of a tick are not drawn at once; a busy machine may leave out steps of some ticks.
    page.wait_for_function("() => window.seen.some((count) => count % 4)", timeout=90_000)
    wait_for_more_points(page, n + 12)
    seen = page.evaluate("() => window.seen")
    assert seen == sorted(seen)
    expect(page.locator(".at-live-chart .main-svg:first-child")).to_have_count(3)
    loss, accuracy, validation = page.evaluate(
        """() => [...document.querySelectorAll('.at-live-chart')]
          .map((one) => one.layout.yaxis.range)"""
    )
    assert loss[0] == 0
    assert accuracy == validation == [0, 1]


def test_zoom_survives_ticks_and_the_chart_is_never_replaced(
    quick_server: Server, open_page: Callable[..., Page]
) -> None:
    run_id = start_job(quick_server.home)
    page = open_page(f"{quick_server.url}/Train?run={run_id}")
    n = wait_for_more_points(page, 3)
    chart = page.locator(".at-live-chart").first
    page.evaluate(
        """() => {
          window.chartNode = document.querySelector('.at-live-chart');
          window.lost = 0;
          new MutationObserver((changes) => changes.forEach((change) =>
            change.removedNodes.forEach((node) => {
              if (node.nodeType === 1 && (node.matches('.at-live-chart, .main-svg')
                  || node.querySelector('.at-live-chart'))) window.lost += 1;
            }))).observe(document.body, {subtree: true, childList: true});
        }"""
    )
    chart.scroll_into_view_if_needed()
    box = box_at_rest(chart)
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"], steps=5)
    page.mouse.up()
    zoomed = page.wait_for_function(
        """() => {
          const [from, to] = window.chartNode.layout.xaxis.range;
          return to - from < 150 && [from, to];  // of 200 epochs
        }"""
    ).json_value()
    wait_for_more_points(page, n + 4)
    assert page.evaluate("() => window.chartNode.layout.xaxis.range") == zoomed
    same = "() => window.chartNode === document.querySelector('.at-live-chart')"
    assert page.evaluate(same)
    assert page.evaluate("() => window.lost") == 0


SPACE = "document.querySelector('.at-space')"


def test_dots_leave_the_middle_and_glide_to_their_labels(
    quick_server: Server, open_page: Callable[..., Page]
) -> None:
    held = quick_server.home / "hold"
    storage.write_text(held, "2")
    run_id = start_job(quick_server.home)
    page = open_page(f"{quick_server.url}/Train?run={run_id}")
    page.wait_for_function(f"() => Number({SPACE}?.dataset.epoch) === 2", timeout=90_000)
    assert float(page.evaluate(f"() => {SPACE}.dataset.apart")) > 0.2
    # Between two frames a dot is seen on its way, in the same canvas.
    page.evaluate(f"""() => {{
      const node = window.spaceNode = {SPACE};
      window.seen = new Set();
      const look = () => {{
        window.seen.add(node.arxivtagState.shown[1]);
        if (node.isConnected) requestAnimationFrame(look);
      }};
      look();
    }}""")
    held.unlink()
    page.wait_for_function(f"() => Number({SPACE}.dataset.epoch) >= 9", timeout=90_000)
    last = page.evaluate(f"() => ({{...{SPACE}.dataset}})")
    assert float(last["apart"]) < 0.05
    assert float(last["middle"]) > 0.95
    assert page.evaluate("() => window.seen.size") > 3 * (9 - 2)
    assert page.evaluate(f"() => window.spaceNode === {SPACE}")
    expect(page.locator(".at-strip li")).to_have_count(3)
    expect(page.locator(".at-papers li")).to_have_count(3)


def test_stop_keeps_the_curves_and_says_so(
    quick_server: Server, open_page: Callable[..., Page]
) -> None:
    run_id = start_job(quick_server.home)
    page = open_page(f"{quick_server.url}/Train?run={run_id}")
    wait_for_more_points(page, 2)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_test_id("stMain").get_by_text("Stopped").first).to_be_visible()
    assert registry.read_run(run_id, quick_server.home).state == "stopped"
    wait_for_more_points(page, 2)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_a_visitors_run_is_theirs_after_a_reload_and_in_a_second_tab(
    serve: Callable[..., Server], open_page: Callable[..., Page], tmp_path: Path
) -> None:
    storage.write_text(tmp_path / "home" / "hold", "1")  # it trains until it is stopped
    server = serve(tmp_path / "home", {**QUICK, "ARXIVTAG_VISITORS": "1"})
    page = open_page(f"{server.url}/Train")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(re.compile("run="))
    stop = page.get_by_test_id("stMain").get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    page.reload()
    expect(stop).to_be_visible()
    stranger = open_page(page.url)  # a browser of its own
    wait_for_more_points(stranger, 0)
    expect(stranger.get_by_role("button", name="Stop")).to_have_count(0)
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    expect(second.get_by_test_id("stMain").get_by_text("Stopped").first).to_be_visible()


def test_second_start_waits_shows_its_place_and_can_be_withdrawn(
    quick_server: Server, open_page: Callable[..., Page]
) -> None:
    first = start_job(quick_server.home)
    page = open_page(f"{quick_server.url}/Train")
    expect(page.get_by_text("A run is training now")).to_be_visible()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("Place 1 of 1 in the queue")).to_be_visible()
    page.wait_for_url(re.compile("run="))
    second = run_in_address(page)
    third = start_job(quick_server.home)
    page.goto(f"{quick_server.url}/Train?run={third}")
    expect(page.get_by_text("Place 2 of 2 in the queue")).to_be_visible()
    jobs.withdraw(second, quick_server.home)
    expect(page.get_by_text("Place 1 of 1 in the queue")).to_be_visible()
    # It begins by itself when the first has ended, under the eyes of who waits.
    jobs.stop(first, quick_server.home)
    wait_for_more_points(page, 0)
    waiting = start_job(quick_server.home)
    page.goto(f"{quick_server.url}/Train?run={waiting}")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Withdrawn from the queue")).to_be_visible()


def test_a_job_outlives_the_server(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in QUICK.items():
        monkeypatch.setenv(name, value)
    server = start_server(tmp_path / "home", tmp_path / "logs")
    run_id = start_job(server.home)
    # A page of its own: a browser whose server is gone rightly complains in its console.
    page = browser.new_page()
    be_patient(page.context)
    try:
        page.goto(f"{server.url}/Train?run={run_id}")
        n = wait_for_more_points(page, 2)
        server.kill()
        server = start_server(tmp_path / "home", tmp_path / "logs")
        page.goto(f"{server.url}/Train?run={run_id}")
        wait_for_more_points(page, n)
        assert_clean(page)
    finally:
        page.close()
        server.stop()
        stop_jobs(server.home)


@pytest.mark.parametrize("run_id", ["nonsense", "../../etc/passwd", "%00", "x" * 300])
def test_nonsense_in_the_address_gets_a_sentence(
    quick_server: Server, open_page: Callable[..., Page], run_id: str
) -> None:
    page = open_page(f"{quick_server.url}/Train?run={run_id}")
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    expect(page.get_by_text("Set up another run")).to_be_visible()


def test_the_form_stays_once_another_run_is_set_up(
    quick_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{quick_server.url}/Train?run=gone")
    page.get_by_text("Set up another run").click()
    page.wait_for_url(re.compile(r"/Train$"))
    wait_until_idle(page)
    page.get_by_test_id("stMain").get_by_text("Linear", exact=True).click()
    wait_until_idle(page)
    expect(page.get_by_text("No hidden layer")).to_be_visible()
    expect(page.get_by_role("button", name="Start training")).to_be_visible()


def test_failed_run_shows_reason_log_and_resume(
    quick_server: Server, open_page: Callable[..., Page]
) -> None:
    run_id = jobs.start(fake_config(random_seed=1), quick_server.home)
    page = open_page(f"{quick_server.url}/Train?run={run_id}")
    expect(page.get_by_text("a made-up fault").first).to_be_visible()
    expect(page.get_by_text("Traceback")).to_be_visible()  # in the log, which is for experts
    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_sample_to_a_verdict_with_the_real_pipeline(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{server.url}/Train")
    page.get_by_test_id("stMain").get_by_text("Linear", exact=True).click()
    wait_until_idle(page)
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(re.compile("run="))
    wait_for_more_points(page, 1)
    said = re.compile(r"Micro-F1 0\.\d+: 0\.\d+ (above|below) the linear model")
    expect(page.get_by_text(said)).to_be_visible(timeout=200_000)
    run_id = run_in_address(page)
    predict = page.get_by_test_id("stMain").get_by_role("link", name="Predict with this model")
    expect(predict).to_have_count(1)  # the page before may still be there
    predict.click()
    page.wait_for_url(re.compile(f"/Predict.*model={run_id}"))
    wait_until_idle(page)
