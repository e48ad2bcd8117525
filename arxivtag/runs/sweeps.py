"""Sweeps: presets x seeds x a few values, as runs that wait in the queue one behind the other.

A sweep is a name in the status of its runs (``sweep``) and nothing else: the run folders stay the
only record, and each of its runs is listed, watched and stopped like any other.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from arxivtag.callbacks import OnProgress, ShouldStop, never
from arxivtag.corpus.apart import left_text
from arxivtag.errors import ArxivTagError, ConfigError, RefusedError, RunError, counted
from arxivtag.policy import policy
from arxivtag.runs import jobs, registry
from arxivtag.runs.layout import RUN_ID_PATTERN, new_run_id
from arxivtag.runs.registry import RunSummary
from arxivtag.runs.status import QUEUED, RUNNING
from arxivtag.settings import RunConfig, all_settings, preset_settings, with_settings

# The shares of the training papers that make a learning curve.
CURVE_SHARES = (0.1, 0.25, 0.5, 1.0)
_POLL_S = 0.5


@dataclass(frozen=True)
class Plan:
    """What a sweep tries: every preset with every seed and every combination of values.

    Attributes:
        seeds: Random seeds; each decides the split too, so that runs of one seed share test papers.
        values: What to try of some settings, by name.
        common: Settings that all runs have in place of their preset's.
    """

    data: str
    presets: tuple[str, ...]
    seeds: tuple[int, ...] = (42,)
    values: Mapping[str, Sequence[object]] = dataclasses.field(default_factory=dict)
    common: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def settings(self) -> list[RunConfig]:
        """Return the settings of each run: all of one seed first, then those of the next.

        No run fits a linear model to compare with, since runs are compared with each other.

        Raises:
            ConfigError: If there is nothing to try, a preset or a setting is unknown, a value is
                out of its bounds, or two do not go together.
        """
        if not self.presets or not self.seeds or not all(self.values.values()):
            raise ConfigError(
                "A sweep needs at least one preset, one seed and one value of each setting.",
                "Name some, such as --presets tuned,linear --seeds 1,2,3.",
            )
        usual: dict[str, object] = {"linear_baseline": False} | dict(self.common)
        combinations = [
            dict(zip(self.values, chosen, strict=True))
            for chosen in itertools.product(*self.values.values())
        ]
        found = [
            with_settings(
                dataclasses.replace(preset_settings(preset), data=self.data),
                usual | chosen | {"random_seed": seed},
            )
            for seed in self.seeds
            for preset in self.presets
            for chosen in combinations
        ]
        return list(dict.fromkeys(found))


def parse_values(texts: Sequence[str]) -> dict[str, tuple[object, ...]]:
    """Return what to try of some settings from texts such as ``learning_rate=0.01,0.02``.

    Layers of a network are joined by a plus sign: ``hidden_units=512+256,384``.

    Raises:
        ConfigError: If a setting is unknown, or a text is no value of it.
    """
    known = {item.name: item for item in all_settings()}
    values: dict[str, tuple[object, ...]] = {}
    for text in texts:
        name, _, listed = text.partition("=")
        name = name.strip().replace("-", "_")
        if name not in known or name == "random_seed":
            raise ConfigError(
                f"A sweep tries values of a setting, as in learning_rate=0.01,0.02. "
                f"Received: {text[:60]!r}.",
                "See docs/settings.md for their names; seeds are named apart.",
            )
        parts = [part.strip().replace("+", ",") for part in listed.split(",") if part.strip()]
        try:
            values[name] = tuple(known[name].value_of(part) for part in parts)
        except ValueError:
            raise ConfigError(
                f"{listed[:60]!r} are no values of {name}.", "Separate values by commas."
            ) from None
    return values


@dataclass(frozen=True)
class Sweep:
    """The runs of a sweep, in the order in which they begin."""

    sweep_id: str
    runs: tuple[RunSummary, ...]

    @property
    def run_ids(self) -> tuple[str, ...]:
        """The ids of its runs."""
        return tuple(run.run_id for run in self.runs)

    @property
    def n_over(self) -> int:
        """How many runs have ended, well or not."""
        return sum(run.status.is_over for run in self.runs)

    @property
    def is_over(self) -> bool:
        """Whether no run waits or trains any more."""
        return self.n_over == len(self.runs)

    @property
    def seconds_left(self) -> float | None:
        """Seconds to its end, from what its runs took so far; None while that is not known."""
        took: dict[str, list[float]] = {}
        for run in self.runs:
            seconds = _whole_seconds(run)
            if seconds is not None:
                took.setdefault(run.preset, []).append(seconds)
        if not took:
            return None
        usual = statistics.mean(itertools.chain.from_iterable(took.values()))
        left = 0.0
        for run in self.runs:
            expected = statistics.mean(took.get(run.preset, [usual]))
            if run.state == QUEUED:
                left += expected
            elif run.state == RUNNING:
                known = run.status.seconds_left
                left += max(0.0, expected - (run.duration_s or 0) if known is None else known)
        return left


def _whole_seconds(run: RunSummary) -> float | None:
    """Return what a run took, or will have taken; None of one that cannot tell."""
    if run.duration_s is None or run.state == QUEUED:
        return None
    if run.state == RUNNING:
        left = run.status.seconds_left
        return None if left is None else run.duration_s + left
    return run.duration_s if run.has_bundle else None


def start(plan: Plan, home: Path) -> str:
    """Queue the runs of a plan and return the sweep's id; either all are queued, or none stays.

    Raises:
        RefusedError: If visitors are served, or the queue has no room for so many runs.
        ArxivTagError: If the plan is not valid, or a run may not be started.
    """
    settings = plan.settings()
    allowed = policy()
    if allowed.is_visitor:
        raise RefusedError(
            "Visitors start one run at a time.", "Train the presets one after another."
        )
    room = max(0, allowed.max_queue_length - len(jobs.queue(home)))
    if len(settings) > room:
        raise RefusedError(
            f"The queue has room for {counted(room, 'more run')}; this sweep has {len(settings)}.",
            "Try fewer presets, seeds or values.",
        )
    sweep_id, begun = new_run_id(), []
    try:
        for one in settings:
            begun.append(jobs.start(one, home, sweep=sweep_id))
    except ArxivTagError:
        for run_id in begun:
            jobs.stop(run_id, home)
        raise
    return sweep_id


def read(
    sweep_id: str, home: Path, may_see: Callable[[RunSummary], bool] = lambda run: True
) -> Sweep:
    """Return a sweep as its runs are now, of those that one may see.

    Raises:
        RunError: If no run belongs to it.
    """
    found = [sweep for sweep in list_all(home, may_see) if sweep.sweep_id == sweep_id]
    if not found:
        shown = sweep_id if RUN_ID_PATTERN.fullmatch(sweep_id) else "of that name"
        raise RunError(f"There is no sweep {shown}.", "Its runs may have been deleted.")
    return found[0]


def list_all(
    home: Path, may_see: Callable[[RunSummary], bool] = lambda run: True
) -> tuple[Sweep, ...]:
    """Return every sweep of which there is a run that one may see, the newest first."""
    of_sweep: dict[str, list[RunSummary]] = {}
    for run in registry.list_runs(home):
        if run.status.sweep and may_see(run):
            of_sweep.setdefault(run.status.sweep, []).append(run)
    return tuple(
        Sweep(sweep_id, tuple(sorted(runs, key=_place)))
        for sweep_id, runs in sorted(of_sweep.items(), reverse=True)
    )


def _place(run: RunSummary) -> tuple[str, int]:
    return run.status.queued_at or "", run.status.queue_number


def stop(sweep_id: str, home: Path) -> None:
    """Withdraw the runs that wait and ask the one that trains to stop; its best model is kept.

    Raises:
        RunError: If there is no such sweep.
        StorageError: If the disk refuses.
    """
    # From the end of the queue, so that none begins meanwhile; the second look is for the one
    # that did.
    for _ in range(2):
        for run in reversed(read(sweep_id, home).runs):
            with contextlib.suppress(RunError):
                jobs.stop(run.run_id, home)


def wait(sweep_id: str, home: Path, progress: OnProgress, should_stop: ShouldStop = never) -> Sweep:
    """Wait until every run has ended, and return them; asked to stop, the sweep is stopped.

    Raises:
        RunError: If its runs were deleted meanwhile.
    """
    is_stopping = False
    while True:
        sweep = read(sweep_id, home)
        progress(progress_text(sweep), sweep.n_over / len(sweep.runs))
        if sweep.is_over:
            return sweep
        if should_stop() and not is_stopping:
            is_stopping = True
            stop(sweep_id, home)
        jobs.start_next_on_poll(home)
        time.sleep(_POLL_S)


def progress_text(sweep: Sweep) -> str:
    """Return how far a sweep is, in words: ``Runs: 3 of 8 done, about 4 min left``."""
    text = f"Runs: {sweep.n_over} of {len(sweep.runs)} done"
    seconds = sweep.seconds_left
    return text if sweep.is_over or seconds is None else text + left_text(seconds)
