"""Sweeps: what they try, in which order, how far they are, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from arxivtag import cli, policy
from arxivtag.callbacks import never
from arxivtag.errors import ConfigError, RefusedError, RunError
from arxivtag.runs import jobs, registry, sweeps
from arxivtag.runs.sweeps import Plan, parse_values
from tests.runs.conftest import make_run, state_of, wait_for

QUICK = {"epochs": 1}


def test_every_preset_with_every_seed_and_value_one_seed_after_the_other() -> None:
    plan = Plan("sample", ("tuned", "linear"), (1, 2), {"learning_rate": (0.01, 0.02)}, QUICK)
    settings = plan.settings()
    tried = [(one.random_seed, one.preset, one.training.learning_rate) for one in settings]
    assert tried == [
        (seed, preset, rate)
        for seed in (1, 2)
        for preset in ("tuned", "linear")
        for rate in (0.01, 0.02)
    ]
    assert {one.training.epochs for one in settings} == {1}
    assert not any(one.evaluation.linear_baseline for one in settings)
    assert [one.model.hidden_units for one in settings[:3:2]] == [(384,), ()]


def test_the_same_settings_are_tried_once() -> None:
    assert len(Plan("sample", ("tuned", "tuned"), (1, 1), {"epochs": (3, 3)}).settings()) == 1


@pytest.mark.parametrize(
    "plan",
    [
        Plan("sample", ()),
        Plan("sample", ("tuned",), ()),
        Plan("sample", ("tuned",), (1,), {"epochs": ()}),
        Plan("sample", ("unheard-of",)),
        Plan("sample", ("tuned",), (1,), {"learning_rate": (5.0,)}),
        Plan("sample", ("tuned",), (1,), {"loss": ("squared_hinge",)}),
    ],
)
def test_what_cannot_be_tried_is_refused_before_anything_starts(plan: Plan, home: Path) -> None:
    with pytest.raises(ConfigError):
        sweeps.start(plan, home)
    assert not registry.list_runs(home)


def test_values_are_read_as_their_flags_take_them() -> None:
    texts = ["learning-rate=0.01, 0.02", "hidden_units=512+256,none", "lazy_rows=true,false"]
    assert parse_values([*texts, "loss=any_crossentropy", "epochs=none,3"]) == {
        "learning_rate": (0.01, 0.02),
        "hidden_units": ((512, 256), ()),
        "lazy_rows": (True, False),
        "loss": ("any_crossentropy",),
        "epochs": (None, 3),
    }


@pytest.mark.parametrize(
    "text", ["rate=1", "random_seed=1,2", "learning_rate=fast", "lazy_rows=maybe", "epochs"]
)
def test_values_that_cannot_be_read_are_refused(text: str, home: Path) -> None:
    with pytest.raises(ConfigError):
        Plan("sample", ("tuned",), (1,), parse_values([text])).settings()


def test_runs_of_a_sweep_train_one_after_another(quick: Path) -> None:
    sweep_id = sweeps.start(Plan("sample", ("linear", "tuned"), (11, 12), common=QUICK), quick)
    said: list[tuple[str, float | None]] = []
    done = sweeps.wait(sweep_id, quick, lambda *how: said.append(how), never)
    assert [run.state for run in done.runs] == ["finished"] * 4
    settings = [registry.read_run(run_id, quick).settings for run_id in done.run_ids]
    assert [(one.random_seed, one.preset) for one in settings if one is not None] == [
        (11, "linear"), (11, "tuned"), (12, "linear"), (12, "tuned"),
    ]  # fmt: skip
    assert said[-1] == ("Runs: 4 of 4 done", 1.0)
    assert sweeps.list_all(quick) == (done,)


def test_stop_withdraws_what_waits_and_stops_what_trains(quick: Path) -> None:
    plan = Plan("sample", ("linear",), (11, 12, 13), common={"epochs": 200})
    sweep_id = sweeps.start(plan, quick)
    other = jobs.start(Plan("sample", ("linear",), (14,), common=QUICK).settings()[0], quick)
    sweeps.stop(sweep_id, quick)
    wait_for(lambda: sweeps.read(sweep_id, quick).is_over)
    assert {run.state for run in sweeps.read(sweep_id, quick).runs} == {"stopped"}
    wait_for(lambda: state_of(other, quick) == "finished")  # no run of the sweep


def test_waiting_can_be_stopped(quick: Path) -> None:
    plan = Plan("sample", ("linear",), (11, 12), common={"epochs": 200})
    sweep_id = sweeps.start(plan, quick)
    done = sweeps.wait(sweep_id, quick, lambda *how: None, lambda: True)
    assert [run.state for run in done.runs] == ["stopped", "stopped"]


@pytest.mark.parametrize(("room", "said"), [(3, "3 more runs;"), (1, "1 more run;")])
def test_a_sweep_that_the_queue_has_no_room_for_leaves_nothing(
    room: int, said: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "OWNER_QUEUE_LENGTH", room)
    with pytest.raises(RefusedError, match=f"room for {said}"):
        sweeps.start(Plan("sample", ("linear",), (1, 2, 3, 4)), home)
    assert not registry.list_runs(home)


def test_visitors_start_no_sweep(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    with pytest.raises(RefusedError, match="one run at a time"):
        sweeps.start(Plan("sample", ("linear",)), home)


def test_time_left_is_what_runs_of_the_preset_took(home: Path) -> None:
    linear, tuned = (Plan("sample", (name,)).settings()[0] for name in ("linear", "tuned"))
    for name, preset, took in (("a", linear, 10.0), ("b", tuned, 30.0)):
        folder = make_run(home, name, "finished", preset, elapsed_s=took, sweep="s", queued_at=name)
        (folder.bundle / "manifest.json").parent.mkdir()
        (folder.bundle / "manifest.json").touch()
    for number, preset in enumerate((linear, linear, tuned)):
        make_run(home, f"q{number}", "queued", preset, sweep="s", queued_at=f"q{number}")
    make_run(home, "elsewhere", "queued", linear)
    sweep = sweeps.read("s", home)
    assert sweep.run_ids == ("a", "b", "q0", "q1", "q2")
    assert sweep.seconds_left == 50
    assert sweeps.progress_text(sweep) == "Runs: 2 of 5 done, about 50 s left"


def test_a_sweep_that_is_not_there(home: Path) -> None:
    with pytest.raises(RunError, match="no sweep"):
        sweeps.read("../x", home)


def test_the_command_line_ends_with_the_scoreboard(
    quick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sweep", "sample", "--presets", "linear", "--seeds", "11,12", "--epochs", "1"]
    assert cli.run_command([*words, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["sweep_id"] == sweeps.list_all(quick)[0].sweep_id
    # The quick pipeline leaves no model.
    assert result["lines"] == []
    assert len(result["notes"]) == 2


def test_a_sweep_of_which_every_run_failed_is_an_error(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sweep", "missing.csv", "--presets", "linear", "--seeds", "11,12", "--json"]
    assert cli.run_command(words) == 1
    told = capsys.readouterr()
    assert "Every run of the sweep failed." in told.err
    assert "There is no file" in told.err
    assert len(json.loads(told.out)["notes"]) == 2


@pytest.mark.parametrize(
    "words",
    [["--presets", "none-such"], ["--presets", "linear", "--seeds", "x"],
     ["--presets", "linear", "--set", "epochs"], ["--presets", "linear", "--random-seed", "3"]],
)  # fmt: skip
def test_a_sweep_that_is_not_understood_is_bad_usage(
    words: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run_command(["sweep", "sample", *words]) == 2
    assert capsys.readouterr().err
    assert not registry.list_runs(home)
