"""What the model is worth: two sentences, tiles, dots against the baselines, all metrics.

Binary accuracy is never shown alone: most labels do not apply to most papers, so giving no
label at all scores nearly as well as a good model. Whatever shows it shows that level beside
it. :mod:`arxivtag.learning.metrics` explains each figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from arxivtag.figures.evaluation import Series, agreement_figure, comparison_figure
from arxivtag.learning.headline import (
    ceiling_sentence,
    headline_sentences,
    remarks,
    verdict,
)
from arxivtag.learning.metrics import HEADLINE_KEYS, METRICS, METRICS_BY_KEY
from arxivtag.ui.frame import components, tables
from arxivtag.ui.frame.run_text import METRIC_NAMES

# Drawn against the baselines: figures between 0 and 1 of which more is better. Binary
# accuracy and Hamming loss would only put every dot at one end; micro-F1 is the verdict's.
_NOT_COMPARED = ("binary_accuracy", "hamming_loss", "micro_f1")
COMPARED = tuple(key for key in HEADLINE_KEYS if key not in _NOT_COMPARED)
TILES = ("micro_f1", "macro_f1", "lrap", "precision_at_1")
NO_LABEL = "No label at all"
# Headings of the table; the figure's legend has the long names.
BASELINE_NAMES = {
    "all_zeros": "No label",
    "most_frequent": "Frequent labels",
    "linear": "Linear model",
}


def render_headline(evaluation: Mapping[str, Any]) -> None:
    """Draw what every reader should see first; where a baseline is missing, say why."""
    _render_verdict(evaluation)
    with st.grid(5, min_column_width=130, gap="small"):
        for key in TILES:
            _render_tile(evaluation, key)
        render_binary_accuracy(
            evaluation.get("binary_accuracy"), evaluation.get("binary_accuracy_all_zeros")
        )
    for remark in remarks(evaluation):
        components.note(remark)


def _render_verdict(evaluation: Mapping[str, Any]) -> None:
    """Draw the model's micro-F1 with its interval beside the baselines', and say it shortly."""
    st.markdown(f"**{components.safe_text(verdict(evaluation))}**")
    if evaluation.get("micro_f1") is not None and evaluation.get("baselines"):
        name, ceiling = METRIC_NAMES["micro_f1"], evaluation.get("ceiling") or {}
        has_band = ceiling.get("low") is not None
        band = (name, ceiling["low"], ceiling["high"]) if has_band else None
        components.render_figure(
            comparison_figure([name], _series(evaluation, ["micro_f1"]), band),
            key="verdict",
            alt_text=" ".join(headline_sentences(evaluation)),
        )
    with st.expander("In words", icon=":material/notes:"):
        for sentence in (*headline_sentences(evaluation), ceiling_sentence(evaluation)):
            st.markdown(components.safe_text(sentence))


def _series(evaluation: Mapping[str, Any], keys: Sequence[str]) -> list[Series]:
    """Return the model with its intervals, and the baselines."""
    intervals = evaluation.get("intervals", {})
    bounds = [tuple(intervals[key]) if key in intervals else None for key in keys]
    model = Series("this model", [evaluation[key] for key in keys], bounds)
    return [model] + [
        Series(item["name"], [item["metrics"].get(key) for key in keys])
        for item in evaluation.get("baselines", [])
    ]


def _render_tile(evaluation: Mapping[str, Any], key: str) -> None:
    value = evaluation.get(key)
    bounds = evaluation.get("intervals", {}).get(key)
    metric = METRICS_BY_KEY[key]
    interval = f"{bounds[0]:.3f} to {bounds[1]:.3f}" if bounds else None
    meaning = f"{metric.name}. {metric.sentence}"
    if interval:
        meaning += " The range below it is its 95 % interval."
    _render_metric(key, "–" if value is None else f"{value:.3f}", meaning, interval)


def render_binary_accuracy(accuracy: float | None, all_zeros: float | None) -> None:
    """Draw binary accuracy with what giving no label scores; without that, neither is shown."""
    value, below = "–", None
    if accuracy is not None and all_zeros is not None:
        value = components.percent_text(accuracy, 2)
        # As short as this, since a tile cuts off what does not fit.
        below = f"no label: {components.percent_text(all_zeros, 2)}"
    _render_metric(
        "binary_accuracy",
        value,
        "The share of yes-or-no decisions, one for each paper and label, that are right. Most "
        "labels do not apply to most papers, so giving no label at all, shown below it, scores "
        "nearly as much: only the distance to that counts.",
        below,
    )


def _render_metric(key: str, value: str, help: str, below: str | None) -> None:
    """Draw one figure, with a quiet text below it."""
    st.metric(
        METRIC_NAMES[key], value, delta=below, delta_color="off", delta_arrow="off", help=help,
        border=True, height="stretch",
    )  # fmt: skip


def render_figures(evaluation: Mapping[str, Any]) -> None:
    """Draw the model against its baselines, and all metrics with their definitions."""
    _render_comparison(evaluation)
    _render_metrics_table(evaluation)


def _render_comparison(evaluation: Mapping[str, Any]) -> None:
    baselines = evaluation.get("baselines", [])
    keys = [key for key in COMPARED if evaluation.get(key) is not None]
    if not keys:
        components.empty_state("Nothing to compare", "No figure is defined for these papers.")
        return
    components.render_figure(
        comparison_figure(
            [METRIC_NAMES[key] for key in keys],
            _series(evaluation, keys),
            title="The other figures",
        ),
        key="evaluation-comparison",
        alt_text="The model's figures with their 95 % intervals beside those of each baseline, "
        "as dots; the table of metrics below holds the same numbers",
    )
    _render_ceiling(evaluation)
    with st.container(gap="xxsmall"):
        for item in baselines:
            components.note(f"{item['name']}: {item['note']}")


_CEILING_NOTE = (
    "Two papers of nearly the same abstract are taken for two labellings of one content, given "
    "independently. Copies of the same record (title and abstract) tell nothing and are left out. "
    "Authors who repeat their own labels make the band too high; papers that differ in more than "
    "their words make it too low."
)


def _render_ceiling(evaluation: Mapping[str, Any]) -> None:
    """Say how well any model could do, and show what that was estimated from."""
    sentence = ceiling_sentence(evaluation)
    if not sentence:
        return
    st.markdown(components.safe_text(sentence))
    ceiling = evaluation["ceiling"]
    with st.expander("How often the labels themselves disagree", icon=":material/balance:"):
        components.render_figure(
            agreement_figure(
                {
                    "near-duplicates (share of word triples)": ceiling[
                        "near_duplicates_by_similarity"
                    ],
                    "test paper and most similar training paper (cosine)": ceiling[
                        "neighbours_by_similarity"
                    ],
                }
            ),
            key="evaluation-agreement",
            alt_text="Agreement of the labels of two papers by the similarity of their texts",
        )
        components.note(_CEILING_NOTE)
        components.note(
            "The band runs from what a second author's labels score to the most that a model could "
            "reach that knew how probable each label is (the square root of that). Giving each "
            "test paper the labels of the most similar training paper scores "
            f"{ceiling['neighbours']['agreement'] or 0:.2f}."
        )


def metrics_table(evaluation: Mapping[str, Any]) -> pd.DataFrame:
    """Return every metric with the model's value, its interval, each baseline's, and its meaning.

    Binary accuracy never stands without that of no label at all, whichever baselines there are.
    """
    intervals = evaluation.get("intervals", {})
    baselines = evaluation.get("baselines", [])
    rows = []
    for metric in METRICS:
        low, high = intervals.get(metric.key, (None, None))
        row: dict[str, Any] = {
            "metric": metric.name,
            "model": evaluation.get(metric.key),
            "low": low,
            "high": high,
        }
        row |= {item["name"]: item["metrics"].get(metric.key) for item in baselines}
        row |= {
            "better": "higher" if metric.higher_is_better else "lower",
            "range": f"{metric.low:g} to {'labels' if metric.high is None else f'{metric.high:g}'}",
            "sentence": metric.sentence,
            "formula": metric.formula,
        }
        if metric.key == "binary_accuracy" and not baselines:
            row[NO_LABEL] = evaluation.get("binary_accuracy_all_zeros")
        rows.append(row)
    return pd.DataFrame(rows)


def _render_metrics_table(evaluation: Mapping[str, Any]) -> None:
    table = metrics_table(evaluation)
    headings = {"model": "This model", "low": "95 % from", "high": "95 % to", NO_LABEL: NO_LABEL}
    for item in evaluation.get("baselines", []):
        headings[item["name"]] = BASELINE_NAMES.get(item["key"], item["name"])
    known = {
        "metric": tables.text("Metric", pinned=True),
        **{name: tables.figure(heading, 3) for name, heading in headings.items()},
        "better": tables.text("Better", "small"),
        "range": tables.text("Range", "small"),
        "sentence": tables.text("What it says", "large"),
        "formula": tables.text("Formula", "large"),
    }
    tables.show(
        table,
        "evaluation-metrics",
        "Every metric of the model with its interval, the baselines' values and its meaning",
        {str(name): known[name] for name in table.columns},
        height=440,
    )
    components.note(
        "TP: labels rightly given, FP: wrongly given, FN: missed. Intervals are 95 % intervals "
        "over the test papers (Bayesian bootstrap)."
    )
