"""Reading histories: growing files, broken lines, resumed runs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arxivtag.figures.history import comparison_figure, training_figure, validation_figure
from arxivtag.runs.history import History, read_history


def lines(*records: dict[str, object]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def history_of(records: Iterable[dict[str, object]]) -> History:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.jsonl"
        path.write_bytes(lines(*records))
        return read_history(path)


START = {"kind": "start", "n_epochs": 3, "binary_accuracy_all_zeros": 0.9}
TICK = {"kind": "tick", "epoch": 0.5, "loss": 2.0, "points": [[0.25, 3.0, 0.9], [0.5, 1.0, 0.95]]}
EPOCHS = [
    {"kind": "epoch", "epoch": number, "loss": 1.0, "val_loss": loss}
    for number, loss in ((1, 0.5), (2, 0.3), (3, 0.4))
]


def test_reads_kinds_apart_and_finds_the_best_epoch(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(lines(START, TICK, *EPOCHS))
    history = read_history(path)
    assert history.n_epochs == 3
    assert history.best_epoch == 2
    assert history.n_points == 5
    assert [tick["loss"] for tick in history.ticks] == [2.0]
    assert history.batches == (
        {"epoch": 0.25, "loss": 3.0, "binary_accuracy": 0.9},
        {"epoch": 0.5, "loss": 1.0, "binary_accuracy": 0.95},
    )


@pytest.mark.parametrize("points", [None, 1, "x", {}, [1], [[1, 2]], [[1, 2, None]], [["a", 1, 2]]])
def test_what_is_no_point_is_left_out(points: object) -> None:
    assert history_of([{"kind": "tick", "epoch": 0.5, "points": points}]).batches == ()


def test_missing_file_is_an_empty_history(tmp_path: Path) -> None:
    history = read_history(tmp_path / "none.jsonl")
    assert history == History()
    assert history.n_epochs is None
    assert history.best_epoch is None


def test_values_that_are_not_finite_are_left_out() -> None:
    history = history_of([{"kind": "epoch", "epoch": 1, "loss": float("nan"), "val_loss": 0.5}])
    assert history.epochs == ({"kind": "epoch", "epoch": 1, "val_loss": 0.5},)


@pytest.mark.parametrize("value", ["x", None, True, [1], {}, float("inf"), 10**400, -(10**400)])
def test_values_that_are_no_numbers_are_left_out(value: object) -> None:
    history = history_of(
        [
            {"kind": "start", "n_epochs": value, "binary_accuracy_all_zeros": value, "at": "now"},
            {"kind": "tick", "epoch": 0.5, "loss": value, "papers_per_second": value},
            {"kind": "epoch", "epoch": 1, "loss": 2.0, "val_loss": value},
            {"kind": "epoch", "epoch": value, "loss": 1.0},
            {"kind": "resume", "epoch": value},
        ],
    )
    assert history == History(
        {"kind": "start", "at": "now"},
        (),
        ({"kind": "tick", "epoch": 0.5},),
        ({"kind": "epoch", "epoch": 1, "loss": 2.0},),
    )


KEYS = ("kind", "epoch", "loss", "binary_accuracy", "val_loss", "val_binary_accuracy",
        "val_micro_f1", "n_epochs", "binary_accuracy_all_zeros", "at", "x")  # fmt: skip
VALUES = (
    st.none() | st.booleans() | st.text(max_size=5) | st.floats() | st.integers()
    | st.just(10**400) | st.lists(st.integers(), max_size=2)
    | st.sampled_from(("start", "tick", "epoch", "resume"))
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES), max_size=6), st.integers(0, 6))
def test_whatever_the_file_holds_its_figures_can_be_drawn(
    records: list[dict[str, object]], n_sound: int
) -> None:
    kinds = ("start", "tick", "epoch")
    sound = [{"epoch": 1, **record, "kind": kinds[i % 3]} for i, record in enumerate(records)]
    history = history_of([*sound[:n_sound], *records])
    for metric in ("loss", "binary_accuracy"):
        training_figure(
            history.batches,
            history.epochs,
            metric,
            n_epochs=history.n_epochs,
            best_epoch=history.best_epoch,
            baseline=history.start.get("binary_accuracy_all_zeros"),
        ).to_json()
    comparison_figure({"a": history.epochs}, "loss").to_json()
    validation_figure(
        history.epochs, n_epochs=history.n_epochs, best_epoch=history.best_epoch
    ).to_json()


def test_resume_takes_back_what_lay_beyond_the_checkpoint() -> None:
    late = {"kind": "tick", "epoch": 2.5, "loss": 1.0, "points": [[1.0, 1, 1], [2.5, 1, 1]]}
    resume = {"kind": "resume", "epoch": 1}
    after = history_of([START, TICK, *EPOCHS[:2], late, resume, EPOCHS[1]])
    assert [record["epoch"] for record in after.epochs] == [1, 2]
    assert [record["epoch"] for record in after.ticks] == [0.5]
    assert [record["epoch"] for record in after.batches] == [0.25, 0.5, 1.0]


def test_a_partial_line_is_left_until_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(lines(START, TICK) + b'{"kind": "tick", "epo')
    assert len(read_history(path).ticks) == 1
    with path.open("ab") as file:
        file.write(b'ch": 0.75, "loss": 1.5}\n')
    assert [tick["epoch"] for tick in read_history(path).ticks] == [0.5, 0.75]


@settings(max_examples=50)
@given(st.lists(st.integers(1, 60), max_size=12))
def test_however_the_writer_is_cut_off_no_point_is_lost_or_doubled(cuts: list[int]) -> None:
    ticks = [{"kind": "tick", "epoch": n / 10, "points": [[n / 10, 1.0, 1.0]]} for n in range(30)]
    content = lines(START, *ticks)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.jsonl"
        place = 0
        with path.open("wb", buffering=0) as file:
            for cut in [*cuts, len(content)]:
                file.write(content[place : place + cut])
                place += cut
                n_points = read_history(path).n_points
                assert [tick["epoch"] for tick in ticks[:n_points]] == [
                    tick["epoch"] for tick in read_history(path).ticks
                ]
        assert len(read_history(path).ticks) == 30
