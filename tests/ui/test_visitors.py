"""A server for visitors: what they may not see, not change, and not use up."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from arxivtag import config, locks, visitor_cookie
from arxivtag.errors import DataError, RefusedError
from arxivtag.fields import to_dict
from arxivtag.papers.uploads import is_stored, save_upload
from arxivtag.policy import policy
from arxivtag.runs import jobs, recorder, registry
from arxivtag.runs.admission import check_parameters
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.status import read_status, write_status
from arxivtag.settings import RunConfig, TrainingConfig
from arxivtag.ui.frame import data
from arxivtag.ui.frame.who import UPLOADS_KEY
from tests.runs.conftest import make_run, refused
from tests.ui.conftest import PAGES, texts
from tests.ui.demo_run import RUN_ID, make_demo_run

OpenApp = Callable[..., AppTest]
CSV = "title,abstract,labels\nA private title,We study private things.,cs.LG\n" * 2


@pytest.fixture
def visitors(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> OpenApp:
    """The app for visitors."""
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    return open_app


def everything(app: AppTest) -> str:
    """All that a page holds: what it says, its tables, its lists to choose from, its address."""
    parts = [texts(app), str(dict(app.query_params))]
    parts += [element.value.to_csv() for element in app.dataframe]
    parts += [str(element.options) for element in (*app.selectbox, *app.multiselect)]
    parts += [str(element.value) for element in (*app.text_input, *app.text_area, *app.code)]
    return "\n".join(parts)


def private_run(home: Path) -> str:
    """A finished run on an upload, with a model and a name, as another visitor left it."""
    source = save_upload("private-007-papers.csv", CSV.encode(), home)
    make_demo_run(home)
    folder = RunFolder(RUN_ID, home)
    registry.set_note(RUN_ID, "private-007 run", home)
    from arxivtag import storage

    storage.write_json(folder.config, to_dict(RunConfig(data=source)))
    return source


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_another_visitors_upload_is_seen(
    visitors: OpenApp, home: Path, page: str
) -> None:
    source = private_run(home)
    for address in ({}, {"run": RUN_ID}, {"model": RUN_ID}, {"from": RUN_ID}, {"compare": RUN_ID}):
        app = visitors(page, **address)
        assert not app.exception
        shown = everything(app)
        assert "private" not in shown
        assert source not in shown
    own = visitors(page, data=source)
    assert "private-007-papers.csv" in everything(own)


def test_who_comes_back_with_the_cookie_sees_and_may_change_their_runs(
    visitors: OpenApp, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = private_run(home)
    cookie = visitor_cookie.new_value(home)
    folder = RunFolder(RUN_ID, home)
    status = read_status(folder.status)
    owner = visitor_cookie.visitor_of(cookie, home)
    write_status(folder.status, dataclasses.replace(status, state="stopped", owner=owner))
    assert "private-007" not in everything(visitors("pages/4_Runs.py"))
    monkeypatch.setattr(type(st.context), "cookies", {visitor_cookie.NAME: cookie})
    own = visitors("pages/4_Runs.py")
    assert "private-007 run" in everything(own)
    assert source not in everything(own)
    monkeypatch.setattr(type(st.context), "cookies", {visitor_cookie.NAME: f"{owner}.{'0' * 64}"})
    assert "private-007" not in everything(visitors("pages/4_Runs.py"))


def test_two_sessions_at_once_see_only_their_own(visitors: OpenApp, home: Path) -> None:
    own = [save_upload(f"private-{n}.csv", CSV.encode(), home) for n in (1, 2)]
    first, second = (visitors("pages/1_Explore.py", data=source) for source in own)
    for app, mine, other in ((first, "private-1", "private-2"), (second, "private-2", "private-1")):
        app.run()
        assert mine in everything(app)
        assert other not in everything(app)


def test_runs_of_others_are_not_stopped_withdrawn_resumed_renamed_or_deleted(
    visitors: OpenApp, home: Path
) -> None:
    make_run(home, "run-a", "lost", owner="somebody")
    make_run(home, "run-b", "queued", owner="somebody", queue_number=1)
    make_run(home, "run-c", "running", owner="somebody")
    slot = locks.try_acquire(home / "runs" / ".slot.lock")
    held = locks.try_acquire(RunFolder("run-c", home).lock)
    assert slot is not None
    assert held is not None
    try:
        for run_id in ("run-a", "run-b", "run-c"):
            for page in ("pages/2_Train.py", "pages/4_Runs.py"):
                app = visitors(page, run=run_id)
                assert not app.exception
                keys = {button.key for button in app.button}
                assert not keys & {"stop", "withdraw", "resume", "delete-run", "delete-runs"}
        listed = visitors("pages/4_Runs.py")
        assert "delete-runs" not in {button.key for button in listed.button}
        assert "delete" not in texts(listed)
    finally:
        locks.release(slot)
        locks.release(held)


def test_the_run_that_trains_is_named_to_those_who_may_see_it(
    visitors: OpenApp, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "running", lambda home: ("private-007",))
    make_run(home, "private-007", "running", RunConfig(data="upload:" + "a" * 32))
    make_run(home, "run-b", "queued", queue_number=1)
    slot = locks.try_acquire(home / "runs" / ".slot.lock")
    held = locks.try_acquire(RunFolder("private-007", home).lock)
    assert slot is not None
    assert held is not None
    try:
        form = visitors("pages/2_Train.py")
        waiting = visitors("pages/2_Train.py", run="run-b")
    finally:
        locks.release(slot)
        locks.release(held)
    for app in (form, waiting):
        assert not app.exception
        links = [(link.proto.label, link.proto.query_string) for link in app.get("page_link")]
        assert "private-007" not in everything(app) + str(links)
        assert "Watch it" not in dict(links)
    assert "when the run that trains now has ended" in texts(waiting)


def test_resume_is_held_to_the_same_limits(
    visitors: OpenApp, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = RunConfig(training=TrainingConfig(epochs=config.visitor_limits().max_epochs + 1))
    make_run(home, "run-a", "lost", long)
    outcome = refused(jobs.resume, "run-a", home, owner="me")
    assert "epochs" in outcome.message


def test_queue_has_an_end_and_the_disk_stays_free(
    visitors: OpenApp, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = RunConfig(training=TrainingConfig(epochs=1))
    for number in range(config.visitor_limits().max_queue_length):
        make_run(home, f"waits-{number}", "queued", queue_number=number + 1, owner=str(number))
    held = locks.try_acquire(home / "runs" / ".slot.lock")
    assert held is not None
    full = refused(jobs.start, short, home, owner="new")
    locks.release(held)
    assert "wait already" in full.message
    for run in registry.list_runs(home):
        registry.delete_run(run.run_id, home)
    monkeypatch.setenv("ARXIVTAG_VISITOR_MIN_FREE_DISK_MB", str(10**9))
    outcome = refused(jobs.start, short, home, owner="new")
    assert "nearly full" in outcome.message


def test_a_visitors_training_ends_when_its_time_is_up(
    visitors: OpenApp, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(recorder.time, "monotonic", lambda: now[0])
    should_stop = recorder.stop_watch(make_run(home, "run-a", "running"))
    assert not should_stop()
    now[0] += 60 * config.visitor_limits().max_run_minutes - 1
    assert not should_stop()
    now[0] += 2
    # Named, so that nobody looks for who stopped it.
    assert should_stop() == "Stopped at the time limit of 20 minutes,"
    now[0] += 2
    assert should_stop()


def test_stop_on_request_is_not_taken_for_the_time_limit(
    visitors: OpenApp, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(recorder.time, "monotonic", lambda: now[0])
    folder = make_run(home, "run-a", "running")
    should_stop = recorder.stop_watch(folder)
    folder.stop_marker.write_text("now")
    assert should_stop() == "Stopped"
    now[0] += 60 * 60
    assert should_stop() == "Stopped"


def test_a_network_that_would_fill_the_memory_is_refused(
    visitors: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_parameters(72_000_000)  # the Keras example's, on its own data
    with pytest.raises(RefusedError, match="visitors may train up to 100,000,000"):
        check_parameters(100_000_001)
    monkeypatch.delenv("ARXIVTAG_VISITORS")
    check_parameters(100_000_001)


def test_a_visitor_keeps_few_uploads(
    visitors: OpenApp, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITOR_MAX_UPLOADS_PER_VISITOR", "2")
    own = [save_upload(f"{number}.csv", CSV.encode(), home) for number in range(4)]
    make_run(home, "run-a", "queued", RunConfig(data=own[0]))
    make_run(home, "run-b", "finished", RunConfig(data=own[1]))
    monkeypatch.setattr(data, "visitor_id", lambda: "this visitor")
    for number, source in enumerate(own):
        session: dict[str, dict[str, str]] = {}  # each is chosen in a session of its own
        monkeypatch.setattr("streamlit.session_state", session)
        data.remember_upload(source, f"{number}.csv", home)
        assert list(session[UPLOADS_KEY]) == [source]
    # The first is what a queued run waits to train on.
    assert [is_stored(source, home) for source in own] == [True, False, True, True]
    monkeypatch.setattr(data, "visitor_id", lambda: "another")
    data.remember_upload(another := save_upload("other.csv", CSV.encode(), home), "other.csv", home)
    assert all(is_stored(source, home) for source in (*own[2:], another))


def test_an_upload_has_its_name_for_whoever_chose_it_alone(
    visitors: OpenApp, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = save_upload("my papers.csv", CSV.encode(), home)
    session: dict[str, dict[str, str]] = {}
    monkeypatch.setattr("streamlit.session_state", session)
    monkeypatch.setattr(data, "visitor_id", lambda: "this visitor")
    assert data.shown_name(source, home) == "uploaded file"
    data.remember_upload(source, "my papers.csv", home)
    assert data.shown_name(source, home) == "my papers.csv"
    session.clear()  # the same browser later
    assert data.shown_name(source, home) == "my papers.csv"
    monkeypatch.setattr(data, "visitor_id", lambda: "another")
    assert data.shown_name(source, home) == "uploaded file"
    assert data.shown_name("upload:no-such", home) == "uploaded file"
    assert data.shown_name("/home/me/secret/papers.csv", home) == "papers.csv"


def test_larger_uploads_are_refused_in_the_library(visitors: OpenApp, home: Path) -> None:
    most = config.visitor_limits().max_upload_mb
    assert policy().max_upload_mb == most
    with pytest.raises(DataError, match=f"at most {most} MB"):
        save_upload("a.csv", b"x" * (most * 1_000_000 + 1), home)
    assert not list(config.uploads_folder(home).iterdir())


def test_local_paths_are_not_shown(
    visitors: OpenApp, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = RunConfig(data=f"{tmp_path}/secret/papers.csv")
    message = f"Could not read {home}/runs/run-a/x: gone."
    folder = make_run(home, "run-a", "failed", local, message=message, hint=message)
    folder.log.write_text(f'Traceback: File "{home}/runs/x"')
    for page in PAGES:
        for address in ({}, {"run": "run-a"}, {"from": "run-a"}, {"data": str(tmp_path)}):
            app = visitors(page, **address)
            assert not app.exception
            said = everything(app).replace(str(address.get("data")), "")
            assert str(tmp_path) not in said, (page, address)


def test_a_run_whose_data_set_is_odd_breaks_no_page(
    open_app: OpenApp, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(home, "run-odd", "failed", RunConfig(data="upload:" + "a" * 32 + "?max_rows=5"))
    for visitors in ("0", "1"):
        monkeypatch.setenv("ARXIVTAG_VISITORS", visitors)
        app = open_app("pages/4_Runs.py")
        assert not app.exception
        assert not app.error
        assert ("run-odd" in everything(app)) == (visitors == "0")


def test_status_keeps_the_owner(home: Path) -> None:
    folder = make_run(home, "run-a", "queued", owner="me")
    status = read_status(folder.status)
    write_status(folder.status, dataclasses.replace(status, state="running"))
    assert read_status(folder.status).owner == "me"


def test_how_a_run_was_stopped_names_no_folder(visitors: OpenApp, home: Path) -> None:
    make_run(home, "run-a", "stopped", message="Stopped: no room in /srv/secret/runs/x.")
    for page in ("pages/2_Train.py", "pages/4_Runs.py"):
        app = visitors(page, run="run-a")
        assert not app.exception
        assert "secret" not in everything(app)
        assert any("no room in x" in str(box.value) for box in app.info)
