"""The scoreboard: several runs side by side, and in one sentence which model to take.

Runs with the same settings but for the random seed are one line: the mean and the spread over
seeds. Lines are compared with the best one on the test papers that both have, seed by seed.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arxivtag.errors import ArxivTagError, RunError
from arxivtag.fields import is_number
from arxivtag.learning.pairing import PAIRED_KEYS, Difference, Judged, differences, judge
from arxivtag.papers.schema import LABELS
from arxivtag.runs import registry
from arxivtag.runs.registry import Run
from arxivtag.runs.results import PAPER, read_answers
from arxivtag.runs.status import STOPPED
from arxivtag.settings import PRESETS, RunConfig, all_settings, preset_settings

DECIDING, FAIR = "micro_f1", "macro_f1"
WEIGHED = {"micro_f1": "micro-F1", "macro_f1": "macro-F1", "lrap": "ranking (LRAP)"}
CLEARLY_QUICKER = 0.8  # of the seconds of training
# Settings that change what a run costs or reports and not the model.
_NOT_OF_THE_MODEL = ("random_seed", "linear_baseline", "bootstrap_samples")


@dataclass(frozen=True)
class Spread:
    """A figure over seeds: mean, sample standard deviation (None of one seed), and extremes."""

    mean: float
    std: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Line:
    """One model of the scoreboard.

    Attributes:
        name: Its preset, what was changed in it, and the share of the papers it learnt from.
        model: The same without the share.
        n_train: Training papers, mean over seeds.
        figures: By key of :data:`PAIRED_KEYS`, labels that it never saw counted as missed.
        lead_of_best: How much better the best line is, by key, on the same test papers; empty
            of the best line itself, and of one without test papers in common.
        train_seconds: Seconds of training, mean over seeds.
        memory_mb: Most memory that a run took.
        size_mb: Size of the model's folder, mean over seeds.
    """

    name: str
    model: str
    preset: str
    run_ids: tuple[str, ...]
    seeds: tuple[int, ...]
    train_share: float
    n_train: float
    figures: dict[str, Spread]
    lead_of_best: dict[str, Difference]
    train_seconds: float | None
    memory_mb: float | None
    size_mb: float


@dataclass(frozen=True)
class Curve:
    """A model that learnt from several shares of the training papers.

    Attributes:
        names: The names of its lines, the fewest papers first.
        gain: What the last step brought, on the same test papers; None where that cannot be told.
        sentence: What that says: more papers, or a better model.
    """

    model: str
    names: tuple[str, ...]
    gain: Difference | None
    sentence: str


@dataclass(frozen=True)
class Scoreboard:
    """Several models side by side.

    Attributes:
        lines: The models, the best micro-F1 first.
        advice: In one sentence, which to take and why.
        ceiling: From and to what micro-F1 the labels themselves allow; None where not known.
        notes: What was left out, and what else to know.
    """

    lines: tuple[Line, ...]
    advice: str
    curves: tuple[Curve, ...]
    ceiling: tuple[float, float] | None
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Entry:
    run: Run
    settings: RunConfig
    judged: Judged


def scoreboard(run_ids: Sequence[str], home: Path) -> Scoreboard:
    """Return the scoreboard of those runs that have a model; ``notes`` name the others.

    Raises:
        RunError: If a run is not there.
    """
    entries, notes = [], []
    for run_id in run_ids:
        run = registry.read_run(run_id, home)
        try:
            entries.append(_entry(run))
        except ArxivTagError as error:
            notes.append(f"{run.name} is left out: {error.message}")
    of_model: dict[tuple[object, ...], list[_Entry]] = {}
    for entry in entries:
        of_model.setdefault(_model_key(entry.settings), []).append(entry)
    groups = sorted(of_model.values(), key=_mean_score, reverse=True)
    names = model_names([group[0].settings for group in groups])
    lines = tuple(_line(*named, groups[0]) for named in zip(names, groups, strict=True))
    return Scoreboard(
        lines=lines,
        advice=advice(lines),
        curves=_curves(lines, groups),
        ceiling=_ceiling(entries),
        notes=(*notes, *_remarks(groups)),
    )


def board_text(board: Scoreboard) -> str:
    """Return the scoreboard for a terminal: the advice, a table, what else there is to know."""
    rows = [(f"{'model':40}{'micro-F1':>9}{'spread':>8}{'macro-F1':>10}{'LRAP':>7}"
             f"{'best leads by (95 % interval)':>33}{'train':>9}{'size':>9}")]  # fmt: skip
    for line in board.lines:
        figures, lead = line.figures, line.lead_of_best.get(DECIDING)
        std = figures[DECIDING].std
        lead_text = f"{lead.value:+.3f} ({lead.low:+.3f} to {lead.high:+.3f})" if lead else ""
        rows.append(
            f"{line.name:40}{figures[DECIDING].mean:9.3f}"
            f"{'' if std is None else f'{std:.3f}':>8}{figures['macro_f1'].mean:10.3f}"
            f"{figures['lrap'].mean:7.3f}{lead_text:>33}{_seconds(line):>9}"
            f"{line.size_mb:6.0f} MB"
        )
    said = [curve.sentence for curve in board.curves]
    return "\n".join([board.advice, "", *rows, "", *said, *board.notes]).rstrip()


def board_as_dict(board: Scoreboard) -> dict[str, Any]:
    """Return the scoreboard as plain values that JSON can hold."""
    return {key: _without_nan(value) for key, value in dataclasses.asdict(board).items()}


def _without_nan(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def _entry(run: Run) -> _Entry:
    if run.settings is None or not run.has_bundle:
        message = run.status.message or f"it has no model (it is {run.state})."
        raise RunError(message)
    predictions, chosen, papers = read_answers(run.folder)
    labels, rows = papers.column(LABELS).to_pylist(), papers.column(PAPER).to_numpy()
    judged = judge(predictions.test, predictions.label_names, labels, chosen, rows)
    return _Entry(run, run.settings, judged)


def _model_key(settings: RunConfig) -> tuple[object, ...]:
    """Return what is equal for settings that differ in nothing that the model is made of."""
    of_model = [item for item in all_settings() if item.name not in _NOT_OF_THE_MODEL]
    return settings.data, settings.preset, *(item.value_in(settings) for item in of_model)


def model_names(settings: Sequence[RunConfig]) -> list[str]:
    """Return a name for each: its preset, and the changed settings in which the models differ.

    A setting that all have changed to the same value is not named, nor is the share of the papers.
    """
    changes = [_changes(one) for one in settings]
    everywhere = set.intersection(*map(set, changes)) if changes else set()
    return [
        ", ".join([one.preset, *(change for change in changed if change not in everywhere)])
        for one, changed in zip(settings, changes, strict=True)
    ]


def _changes(settings: RunConfig) -> list[str]:
    """Return the settings that are not the preset's, in words; none of an ensemble of runs."""
    if settings.members:
        return []
    usual = preset_settings(settings.preset) if settings.preset in PRESETS else RunConfig()
    return [
        registry.change_text(item.name, item.value_in(settings))
        for item in all_settings()
        if item.name not in (*_NOT_OF_THE_MODEL, "train_share")
        and item.value_in(settings) != item.value_in(usual)
    ]


def _mean_score(group: Sequence[_Entry]) -> float:
    return statistics.mean(entry.judged.figures()[DECIDING] for entry in group)


def _line(model: str, group: Sequence[_Entry], best: Sequence[_Entry]) -> Line:
    share = group[0].settings.split.train_share
    figures = [entry.judged.figures() for entry in group]
    runs = [entry.run for entry in group]
    return Line(
        name=model if share == 1 else f"{model}, {100 * share:g} % of the papers",
        model=model,
        preset=group[0].settings.preset,
        run_ids=tuple(run.run_id for run in runs),
        seeds=tuple(entry.settings.random_seed for entry in group),
        train_share=share,
        n_train=statistics.mean(run.sizes.get("n_train", 0) for run in runs),
        figures={key: _spread([one[key] for one in figures]) for key in PAIRED_KEYS},
        lead_of_best={} if group is best else _lead(best, group),
        train_seconds=_mean(run.result_of("timings").get("train") for run in runs),
        memory_mb=_most(run.result.get("peak_memory_mb") for run in runs),
        size_mb=statistics.mean(_size_mb(run.folder.bundle) for run in runs),
    )


def _lead(group: Sequence[_Entry], over: Sequence[_Entry]) -> dict[str, Difference]:
    """Return how much better one model is than another, over the seeds that both have."""
    of_seed = {_seed_key(entry): entry for entry in over}
    pairs = [
        (entry.judged, of_seed[_seed_key(entry)].judged)
        for entry in group
        if _seed_key(entry) in of_seed
    ]
    return differences(pairs)


def _seed_key(entry: _Entry) -> tuple[str, int]:
    """Return what is equal for runs whose rows of test papers are of one corpus and one seed."""
    fingerprint = entry.run.result_of("data").get("fingerprint")
    return str(fingerprint), entry.settings.random_seed


def _spread(values: Sequence[float]) -> Spread:
    std = statistics.stdev(values) if len(values) > 1 else None
    return Spread(statistics.mean(values), std, min(values), max(values))


def _mean(values: Iterable[object]) -> float | None:
    known = [float(value) for value in values if is_number(value)]
    return statistics.mean(known) if known else None


def _most(values: Iterable[object]) -> float | None:
    return max((float(value) for value in values if is_number(value)), default=None)


def _size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


# What it says.


def advice(lines: Sequence[Line]) -> str:
    """Return in one sentence which model to take and why.

    Of the models that are no more behind the best micro-F1 than chance explains, it is one with a
    clearly higher macro-F1 than that best has, else one that is as good in all of
    :data:`WEIGHED` and trains clearly quicker, else the best itself. Models that learnt from a
    share of the papers are not considered where others learnt from more. None is advised where no
    two were tested on the same papers.
    """
    largest = max((line.train_share for line in lines), default=1.0)
    considered = [line for line in lines if line.train_share == largest]
    if not considered:
        return "No run has a model yet."
    best, others = considered[0], considered[1:]
    score = f"its micro-F1 is {best.figures[DECIDING].mean:.3f}"
    if not others and len(lines) > 1:
        return f"Take {best.name}: {score}, and the others learnt from fewer papers."
    if not others:
        n_seeds = len(best.seeds)
        over = "" if n_seeds == 1 else f" on the mean of {n_seeds} seeds"
        return f"There is one model only, {best.name}: {score}{over}."
    if not any(line.lead_of_best for line in others):
        return (
            f"Which to take is not known: the micro-F1 of {best.name} is the highest, "
            f"{best.figures[DECIDING].mean:.3f}, but measured on other papers than that of others."
        )
    close = [line for line in others if line.lead_of_best and not _is_behind(line, DECIDING)]
    fairer = [line for line in close if line.lead_of_best[FAIR].high < 0]
    if fairer:
        taken = max(fairer, key=lambda line: line.figures[FAIR].mean)
        return (
            f"Take {taken.name}: its micro-F1 is as good as that of {best.name} as far as these "
            f"papers tell, and its macro-F1 is {taken.figures[FAIR].mean:.3f}, not "
            f"{best.figures[FAIR].mean:.3f}: it finds rare labels better."
        )
    even = [line for line in close if not any(_is_behind(line, key) for key in WEIGHED)]
    quick = [line for line in even if _is_quicker(line, best)]
    if quick:
        taken = min(quick, key=lambda line: line.train_seconds or 0.0)
        return (
            f"Take {taken.name}: {best.name} scores {_lead_text(taken)} in micro-F1, no more than "
            f"chance explains, and takes {_seconds(best)} to train, not {_seconds(taken)}."
        )
    return f"Take {best.name}: {score}, the highest, {_reason(others[0])}."


def _is_behind(line: Line, key: str) -> bool:
    return line.lead_of_best[key].low > 0


def _is_quicker(line: Line, best: Line) -> bool:
    if line.train_seconds is None or best.train_seconds is None:
        return False
    return line.train_seconds < CLEARLY_QUICKER * best.train_seconds


def _reason(second: Line) -> str:
    if not second.lead_of_best:
        return f"though {second.name} was tested on other papers"
    if _is_behind(second, DECIDING):
        return f"{_lead_text(second)} above {second.name}, more than chance explains"
    ahead = [name for key, name in WEIGHED.items() if _is_behind(second, key)]
    if ahead:
        return (
            f"no further above {second.name} than chance explains, but in {' and '.join(ahead)} "
            "it leads by more than that"
        )
    return f"no further above {second.name} than chance explains, which trains no quicker"


def _lead_text(line: Line) -> str:
    lead = line.lead_of_best.get(DECIDING)
    if lead is None:
        return "on other test papers"
    return f"{lead.value:+.3f} (95 % interval {lead.low:+.3f} to {lead.high:+.3f})"


def _seconds(line: Line) -> str:
    return "?" if line.train_seconds is None else f"{line.train_seconds:.0f} s"


def _curves(lines: Sequence[Line], groups: Sequence[Sequence[_Entry]]) -> tuple[Curve, ...]:
    of_model: dict[str, list[tuple[Line, Sequence[_Entry]]]] = {}
    for line, group in zip(lines, groups, strict=True):
        of_model.setdefault(line.model, []).append((line, group))
    found = []
    for model, steps in of_model.items():
        if len(steps) < 2:
            continue
        steps.sort(key=lambda step: step[0].n_train)
        (before, few), (last, many) = steps[-2:]
        gain = _lead(many, few).get(DECIDING)
        names = tuple(line.name for line, _ in steps)
        found.append(Curve(model, names, gain, curve_sentence(model, before, last, gain)))
    return tuple(found)


def curve_sentence(model: str, before: Line, last: Line, gain: Difference | None) -> str:
    """Return what the last step of a learning curve says: more papers, or a better model."""
    step = f"{model}: {last.n_train:,.0f} training papers in place of {before.n_train:,.0f}"
    if gain is None:
        return f"{step} were tested on other papers, so that the gain is not known."
    change = f"{step} change micro-F1 by {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
    if gain.is_clear:
        more = "would help further" if gain.value > 0 else "of this kind make it worse"
        return f"{change}: more papers {more}."
    return f"{change}, no more than chance explains: a better model would help more than papers."


def _ceiling(entries: Sequence[_Entry]) -> tuple[float, float] | None:
    """Return what the labels of a data set allow, as a mean over its runs; None of several sets."""
    if len({entry.settings.data for entry in entries}) > 1:
        return None
    found = [entry.run.result_of("evaluation").get("ceiling") for entry in entries]
    bounds = [
        (one["low"], one["high"])
        for one in found
        if isinstance(one, dict) and is_number(one.get("low")) and is_number(one.get("high"))
    ]
    if not bounds:
        return None
    return statistics.mean(low for low, _ in bounds), statistics.mean(high for _, high in bounds)


def _remarks(groups: Sequence[Sequence[_Entry]]) -> list[str]:
    remarks = []
    labels = {tuple(vars(group[0].settings.cleaning).values()) for group in groups}
    if len(labels) > 1:
        remarks.append(
            "The models clean the papers in different ways: differences are over the test papers "
            "that two of them share, each judged by the labels that it learnt."
        )
    stopped = [entry.run.name for group in groups for entry in group if entry.run.state == STOPPED]
    if stopped:
        remarks.append(f"Stopped before the end of training: {', '.join(stopped)}.")
    n_seeds = {len(group) for group in groups}
    if n_seeds and max(n_seeds) == 1:
        remarks.append(
            "One seed each: another seed moves a figure too. Try three for the spread over seeds."
        )
    return remarks
