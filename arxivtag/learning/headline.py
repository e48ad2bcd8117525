"""An evaluation in words: two sentences and a small table, for the page and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arxivtag.errors import counted
from arxivtag.learning.baselines import ALL_ZEROS, LINEAR
from arxivtag.learning.evaluation import best_baseline
from arxivtag.learning.metrics import HEADLINE_KEYS, METRICS_BY_KEY

FEW_PAPERS = 30  # below, intervals are too narrow themselves: of one paper there is none


def headline_sentences(evaluation: Mapping[str, Any]) -> tuple[str, str]:
    """Return what the model is worth, and how that compares with the best baseline."""
    return _worth(evaluation), _comparison(evaluation)


def verdict(evaluation: Mapping[str, Any]) -> str:
    """Return one short sentence: the micro-F1, and whether it beats the best baseline."""
    micro_f1, best = evaluation.get("micro_f1"), best_baseline(evaluation)
    if micro_f1 is None:
        return _worth(evaluation)
    said = f"Micro-F1 {micro_f1:.3f}"
    if best is None:
        return f"{said}; there is no baseline to compare with."
    if best["key"] != LINEAR and evaluation.get("linear_baseline_note"):
        return f"{said}; it was not compared with a linear model, the baseline that counts."
    difference = float(micro_f1) - float(best["metrics"]["micro_f1"])
    name = _lower_first(best["name"].removesuffix(" on the same features"))
    if best["key"] == LINEAR:
        name = f"the {name}"  # the others' names hold what they need
    if _is_level(difference):
        return f"{said}: level with {name}."
    side = "above" if difference >= 0 else "below"
    spread = best.get("difference", {}).get("micro_f1")
    chance = ""
    if spread:
        chance = ", within chance" if spread[1] <= 0 <= spread[2] else ", more than chance"
    return f"{said}: {abs(difference):.3f} {side} {name}{chance}."


def headline_text(evaluation: Mapping[str, Any]) -> str:
    """Return the headline for a terminal: two sentences, the table, what was left out.

    Binary accuracy always comes with the all-zeros level.
    """
    if not evaluation:
        return "There is no evaluation."
    all_zeros = {"binary_accuracy": evaluation.get("binary_accuracy_all_zeros")}
    others = {item["key"]: item["metrics"] for item in evaluation.get("baselines", ())} or {
        ALL_ZEROS: all_zeros
    }
    heading = f"{'':52}{'model':>7}  {'95 % interval':15}" + "".join(
        f"{_SHORT.get(key, key):>12}" for key in others
    )
    said = [*headline_sentences(evaluation), ceiling_sentence(evaluation)]
    lines = [*filter(None, said), "", heading]
    for key in HEADLINE_KEYS:
        spread = evaluation.get("intervals", {}).get(key)
        bounds = f"{spread[0]:.3f} to {spread[1]:.3f}" if spread else ""
        beside = "".join(f"{_number(metrics.get(key)):>12}" for metrics in others.values())
        name, value = METRICS_BY_KEY[key].name, _number(evaluation.get(key))
        lines.append(f"{name:52}{value:>7}  {bounds:15}{beside}".rstrip())
    return "\n".join([*lines, "", *remarks(evaluation)]).rstrip()


_SHORT = {"all_zeros": "no label", "most_frequent": "frequent", "linear": "linear"}


def _worth(evaluation: Mapping[str, Any]) -> str:
    micro_f1 = evaluation.get("micro_f1")
    papers = counted(evaluation.get("n_samples") or 0, "paper")
    if micro_f1 is None:
        return f"There is nothing to measure on {papers}."
    bounds = evaluation.get("intervals", {}).get("micro_f1")
    # Of papers that someone names, nobody knows whether the model learnt from them.
    never_seen = " that it never saw" if evaluation.get("split") == "test" else ""
    spread = f" (95 % interval {bounds[0]:.3f} to {bounds[1]:.3f})" if bounds else ""
    return (
        f"On {papers}{never_seen}, the model reaches a micro-F1 of {micro_f1:.3f}{spread}: "
        f"{_percent(evaluation.get('micro_precision'))} of the labels it gives are right, and it "
        f"finds {_percent(evaluation.get('micro_recall'))} of the true ones."
    )


def _comparison(evaluation: Mapping[str, Any]) -> str:
    best = best_baseline(evaluation)
    if best is None or evaluation.get("micro_f1") is None:
        return (
            "Giving no label at all scores a binary accuracy of "
            f"{_percent(evaluation.get('binary_accuracy_all_zeros'))}."
        )
    if best["key"] != LINEAR and evaluation.get("linear_baseline_note"):
        return "It is not compared with a linear model, the baseline that counts."
    theirs = float(best["metrics"]["micro_f1"])
    difference = float(evaluation["micro_f1"]) - theirs
    side = "better" if difference >= 0 else "worse"
    sentence = (
        f"The best baseline on the same papers ({_lower_first(best['name'])}) reaches "
        f"{theirs:.3f}: the model is "
        f"{'level with it' if _is_level(difference) else f'{abs(difference):.3f} {side}'}"
    )
    spread = best.get("difference", {}).get("micro_f1")
    if spread and _is_level(difference):
        return f"{sentence} (the difference: {spread[1]:+.3f} to {spread[2]:+.3f})."
    if not spread:
        return f"{sentence}."
    more = "no more" if spread[1] <= 0 <= spread[2] else "more"
    return f"{sentence}, {more} than chance explains ({spread[1]:+.3f} to {spread[2]:+.3f})."


def ceiling_sentence(evaluation: Mapping[str, Any]) -> str:
    """Return what the labels themselves allow, or why that is not known; empty of older runs."""
    ceiling = evaluation.get("ceiling")
    if not ceiling:
        return ""
    if ceiling["low"] is None:
        of_twins = "of near-duplicates with labels"
        groups = counted(ceiling["n_groups"], f"group {of_twins} is", f"groups {of_twins} are")
        return (
            f"How well a model can do at best is not known here: {groups} too few to tell how "
            "often labels disagree."
        )
    return (
        f"The labels themselves allow a micro-F1 of {ceiling['low']:.2f} to {ceiling['high']:.2f} "
        f"at best: on {ceiling['n_pairs']:,} pairs of near-duplicates, one paper's labels against "
        f"the other's score {ceiling['agreement']:.2f}."
    )


def remarks(evaluation: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what was counted apart or left out, one sentence each."""
    said = []
    n_samples = evaluation.get("n_samples") or 0
    if 0 < n_samples < FEW_PAPERS:
        papers = counted(n_samples, "paper is", "papers are")
        said.append(f"{papers} too few to measure on: other papers may give quite other figures.")
    n_skipped = evaluation.get("n_without_abstract") or 0
    if n_skipped:
        rows = "row without an abstract is", "rows without an abstract are"
        said.append(f"{counted(n_skipped, *rows)} left out.")
    not_sure = evaluation.get("not_sure") or {}
    if not_sure:
        said.append(f"Texts that the model cannot judge get no label: {_listed(not_sure)}.")
    n_unknown = evaluation.get("n_unknown_labels") or 0
    if n_unknown:
        labels = counted(n_unknown, "label occurrence is", "label occurrences are")
        said.append(f"{labels} unknown to the model and left out of the figures.")
    unknown = evaluation.get("unknown_labels") or {}
    if unknown:
        said.append(f"The most frequent of them: {_listed(unknown)}.")
    without = evaluation.get("n_papers_without_known_label") or 0
    if without:
        are, them = ("it is", "it") if without == 1 else ("they are", "them")
        said.append(
            f"{counted(without, 'paper has', 'papers have')} none of the labels the model knows; "
            f"{are} left out of ranking figures that have no value for {them}."
        )
    n_labels, present = evaluation.get("n_labels"), evaluation.get("n_labels_present")
    if n_labels is not None and present is not None and present < n_labels:
        absent = n_labels - present
        said.append(
            f"{absent} of {n_labels} labels {'does' if absent == 1 else 'do'} not occur in these "
            "papers; macro averages run over the others."
        )
    if evaluation.get("linear_baseline_note"):
        said.append(str(evaluation["linear_baseline_note"]))
    return tuple(said)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count:,})" for name, count in counts.items())


def _is_level(difference: float) -> bool:
    """Return whether the three decimals that are shown are zeros."""
    return abs(difference) < 0.0005


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
