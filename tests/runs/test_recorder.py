"""The writer of a run's folder."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arxivtag.errors import StorageError
from arxivtag.runs import recorder as recorders
from arxivtag.runs.history import read_history
from arxivtag.runs.recorder import RunRecorder
from arxivtag.runs.status import RunStatus, read_status
from tests.runs.conftest import make_run, wait_for


def test_beats_and_says_how_it_ended(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorders, "HEARTBEAT_S", 0.05)
    folder = make_run(home, "run-a", "running")
    with RunRecorder(folder, RunStatus("running", elapsed_s=100.0)) as recorder:
        first = read_status(folder.status)
        assert first.state == "running"
        assert first.pid
        wait_for(lambda: read_status(folder.status).heartbeat_at != first.heartbeat_at)
        recorder.stage("train", 6, "epochs")
        wait_for(lambda: read_status(folder.status).stage == "train")
        recorder.progress(2, 6, "epochs")
        recorder.seconds_left(9.5)
        wait_for(lambda: read_status(folder.status).seconds_left == 9.5)
        recorder.end("finished", "done", "look")
    ended = read_status(folder.status)
    assert (ended.state, ended.message, ended.hint) == ("finished", "done", "look")
    assert ended.seconds_left is None
    assert ended.elapsed_s is not None
    assert ended.elapsed_s > 100
    time.sleep(0.15)
    assert read_status(folder.status) == ended  # no beat after the end


def test_history_lines_are_there_at_once_and_a_torn_one_is_ended(home: Path) -> None:
    folder = make_run(home, "run-a", "running")
    folder.history.write_bytes(b'{"kind": "tick", "epoch": 0.5}\n{"kind": "ti')
    with RunRecorder(folder, RunStatus("running")) as recorder:
        recorder.record({"kind": "tick", "epoch": 0.75})
        ticks = read_history(folder.history).ticks
        assert [tick["epoch"] for tick in ticks] == [0.5, 0.75]
        assert datetime.fromisoformat(ticks[1]["at"]) <= datetime.now(UTC)
        recorder.end("finished")


def test_a_heartbeat_that_cannot_be_written_ends_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "HEARTBEAT_S", 0.02)
    folder = make_run(home, "run-a", "running")
    with RunRecorder(folder, RunStatus("running")) as recorder:

        def refuse(*_: object) -> None:
            raise StorageError("full")

        monkeypatch.setattr(recorders, "write_status", refuse)
        time.sleep(0.1)
        recorder.record({"kind": "tick", "epoch": 1})
        with pytest.raises(StorageError):
            recorder.end("finished")
