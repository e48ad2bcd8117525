"""The runs folder as the database: reading it whatever it holds."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arxivtag import locks, storage
from arxivtag.config import PRETRAINED_PATH
from arxivtag.errors import ArxivTagError, BundleError, RunError
from arxivtag.runs import registry
from arxivtag.runs.layout import RunFolder
from arxivtag.settings import RunConfig
from tests.runs.conftest import make_run

FILES = (
    "config.json",
    "status.json",
    "result.json",
    "note.json",
    "history.jsonl",
    "evaluation.json",
)
HOSTILE = (
    b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"state": "flying"}', b'{"state": 3}',
    b'{"state": "finished", "progress": 7, "elapsed_s": "x", "pid": 1e999, "queue_number": 1e400}',
    b"[" * 100_000, b'{"state": "queued", "queue_number": "first"}',
    b'{"random_seed": 1' + 400 * b"0" + b"}",
    b'{"data": 5, "preset": [], "training": {"epochs": -1}}', b'{"evaluation": {"micro_f1": NaN}}',
    b'{"kind": "tick", "epoch": NaN}\n{"kind": "epoch", "epoch": "x"}\n{"kind": 4}\n',
)  # fmt: skip


def test_lists_runs_newest_first_with_their_figures(home: Path) -> None:
    make_run(home, "20260101-000000-aaaa", "finished", elapsed_s=61.5)
    folder = make_run(home, "20260102-000000-bbbb", "queued")
    storage.write_json(
        RunFolder("20260101-000000-aaaa", home).result,
        {
            "evaluation": {"micro_f1": 0.7, "n_samples": 9, "per_label": {}, "x": None},
            "n_train": 12,
        },
    )
    registry.set_note(folder.run_id, "  my  run ", home)
    newest, oldest = registry.list_runs(home)
    assert (newest.run_id, newest.state, newest.note, newest.name) == (
        "20260102-000000-bbbb", "queued", "my run", "my run",
    )  # fmt: skip
    assert oldest.figures == {"micro_f1": 0.7, "n_samples": 9}
    assert oldest.sizes == {"n_train": 12}
    assert (oldest.duration_s, oldest.data, oldest.preset) == (61.5, "sample", "tuned")
    told = json.dumps(registry.summary_as_dict(oldest)["evaluation"])
    assert told == '{"micro_f1": 0.7, "n_samples": 9}'
    json.dumps(registry.summary_as_dict(newest))


def test_running_without_a_lock_is_lost_and_with_one_is_running(home: Path) -> None:
    folder = make_run(home, "run-a", "running")
    assert registry.read_run("run-a", home).state == "lost"
    held = locks.try_acquire(folder.lock)
    assert held is not None
    assert registry.read_run("run-a", home).state == "running"
    locks.release(held)
    run = registry.read_run("run-a", home)
    assert run.state == "lost"
    assert run.status.message
    # Found out by reading, never written: only the holder of the lock writes the status.
    assert storage.read_json(folder.status)["state"] == "running"


def test_clock_jumps_change_no_state(home: Path) -> None:
    folder = make_run(home, "run-a", "running", heartbeat_at="1970-01-01T00:00:00+00:00")
    held = locks.try_acquire(folder.lock)
    assert held is not None
    assert registry.read_run("run-a", home).state == "running"
    locks.release(held)


def test_missing_home_is_an_empty_list(tmp_path: Path) -> None:
    assert registry.list_runs(tmp_path / "nowhere") == ()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", HOSTILE, ids=lambda content: repr(content[:20]))
def test_a_damaged_file_breaks_neither_the_list_nor_the_run(
    home: Path, name: str, content: bytes
) -> None:
    make_run(home, "good", "finished")
    folder = make_run(home, "bad", "finished")
    (folder.path / name).write_bytes(content)
    assert {run.run_id for run in registry.list_runs(home)} == {"good", "bad"}
    assert registry.read_run("good", home).state == "finished"
    damaged = registry.read_run("bad", home)
    assert damaged.state in ("finished", "corrupt", "queued")
    if damaged.state == "corrupt":
        assert damaged.status.message
    damaged.history()
    with contextlib.suppress(ArxivTagError):
        storage.read_json(folder.evaluation)
    registry.delete_run("bad", home)
    assert not registry.exists("bad", home)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FILES), content=st.binary(max_size=300) | st.text().map(str.encode))
def test_fuzzed_files_raise_nothing_but_our_own_errors(
    tmp_path: Path, name: str, content: bytes
) -> None:
    folder = make_run(tmp_path, "run-a", "finished")
    (folder.path / name).write_bytes(content)
    registry.list_runs(tmp_path)
    run = registry.read_run("run-a", tmp_path)
    run.history()
    run.log_tail()
    with contextlib.suppress(ArxivTagError):
        storage.read_json(folder.evaluation)
    (folder.path / name).unlink()


def test_folders_that_are_no_runs_are_not_listed(home: Path) -> None:
    make_run(home, "run-a")
    for name in (".tmp-x", "Upper", "a b", "x" * 41):
        (home / "runs" / name).mkdir()
    (home / "runs" / "file").write_text("")
    (home / "runs" / "empty").mkdir()
    states = {run.run_id: run.state for run in registry.list_runs(home)}
    assert states == {"run-a": "finished", "empty": "corrupt"}


@pytest.mark.parametrize(
    "run_id", ["", "..", "../x", "a/b", "/etc", "A", "a\n", "a\x00b", "x" * 41, "ä", "%2e%2e"]
)
def test_nonsense_run_ids_are_refused_and_touch_nothing(home: Path, run_id: str) -> None:
    for ask in (registry.read_run, registry.delete_run):
        with pytest.raises(RunError):
            ask(run_id, home)
    with pytest.raises(RunError):
        registry.set_note(run_id, "note", home)
    assert not registry.exists(run_id, home)
    with pytest.raises(BundleError):
        registry.resolve_model(run_id, home)


def test_model_names(home: Path, tmp_path: Path) -> None:
    assert registry.resolve_model("pretrained", home) == PRETRAINED_PATH
    folder = make_run(home, "run-a")
    with pytest.raises(RunError, match="no model"):
        registry.resolve_model("run-a", home)
    storage.write_json(folder.bundle / "manifest.json", {})
    assert registry.resolve_model("run-a", home) == folder.bundle
    other = tmp_path / "other-bundle"
    other.mkdir()
    with pytest.raises(BundleError):
        registry.resolve_model(str(other), home)
    assert registry.resolve_model(str(other), home, allow_path=True) == other


def test_notes_are_bounded(home: Path) -> None:
    make_run(home, "run-a")
    with pytest.raises(RunError, match="at most"):
        registry.set_note("run-a", "x" * 201, home)
    registry.set_note("run-a", "first", home)
    registry.set_note("run-a", "", home)
    assert registry.read_run("run-a", home).name.startswith("tuned, 20 epochs, ")


@pytest.mark.parametrize("model", ["a" * 300, "a\x00b", "We train a network. " * 500])
def test_a_text_in_place_of_a_model_is_refused_in_one_sentence(home: Path, model: str) -> None:
    with pytest.raises(BundleError, match="A model should be"):
        registry.resolve_model(model, home, allow_path=True)


def test_one_unreadable_run_breaks_neither_the_list_nor_itself(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(home, "good")
    closed = make_run(home, "closed")
    (home / "runs" / "link").symlink_to(closed.path)
    stat = Path.stat

    def refuse(path: Path, **options: bool) -> os.stat_result:
        # As for a folder of mode 000; the mode itself would not stop root.
        if closed.path in path.parents:
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", refuse)
    states = {run.run_id: run.state for run in registry.list_runs(home)}
    assert states["good"] == "finished"
    assert states["closed"] == "corrupt"
    with pytest.raises(RunError, match="no model"):
        registry.resolve_model("closed", home)


def test_config_survives_and_unknown_keys_are_ignored(home: Path) -> None:
    folder = make_run(home, "run-a", config=RunConfig(random_seed=7))
    values = storage.read_json(folder.config)
    storage.write_json(folder.config, {**values, "from_the_future": 1})
    assert registry.read_run("run-a", home).settings == RunConfig(random_seed=7)


def test_log_tail_is_the_end_of_a_long_log(home: Path) -> None:
    folder = make_run(home, "run-a")
    folder.log.write_bytes(b"\xff".join(f"line {n}\n".encode() for n in range(100_000)))
    tail = registry.read_run("run-a", home).log_tail().splitlines()
    assert len(tail) == registry.LOG_TAIL_LINES
    assert tail[-1].endswith("line 99999")
