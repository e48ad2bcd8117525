"""How good the pretrained model is on papers that it never saw: what its card quotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag import storage
from arxivtag.corpus.arrays import Ints, Rows
from arxivtag.corpus.texts import papers_at
from arxivtag.learning import measuring
from arxivtag.learning.predictions import Scored
from arxivtag.papers.schema import ABSTRACT, TITLE
from arxivtag.papers.taxonomy import archive_of
from arxivtag.papers.texts import join_text
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.tagger import predict_with_readable
from tools.pretraining_papers import Division, Papers

KEYS = ("precision_at_1", "micro_f1", "macro_f1", "lrap", "top_label_calibration_error")
NAMES = ("P@1", "micro-F1", "macro-F1", "LRAP", "calibration error")
PERIODS = {
    "to 1999": (1, 199912),
    "2000 to 2009": (200001, 200912),
    "2010 to 2019": (201001, 201912),
    "2020 to 2024": (202001, 202412),
    "2025": (202501, 202512),
    "2026": (202601, 209912),
}
N_SHORT_WORDS = 30
Figures = dict[str, float | int | None]


def figures_of(bundle: Bundle, papers: Papers, division: Division) -> dict[str, Any]:
    """Return the figures by held-out set, by archive, by period, and of shorter texts.

    Those by archive and by period are of all held-out papers together, which are no sample of
    arXiv: compare rows of one table only with care.
    """
    sets = {name: rows for name, rows in division.sets.items() if len(rows)}
    rows = np.unique(np.concatenate(list(sets.values())))
    scored = _scored(bundle, papers, rows, "whole")
    archives = np.array([archive_of(papers.label_names[column]) for column in papers.primary[rows]])
    months = papers.months[rows]
    groups = {name: np.isin(rows, chosen) for name, chosen in sets.items()}
    by_archive = {name: archives == name for name in np.unique(archives).tolist()}
    by_period = {
        name: (months >= first) & (months <= last) for name, (first, last) in PERIODS.items()
    }
    primary = papers.primary[rows]

    def table(groups: dict[str, Rows]) -> dict[str, Figures]:
        return {
            name: _figures(bundle, scored, primary, chosen)
            for name, chosen in groups.items()
            if chosen.any()
        }

    shorter = rows[groups["recent"]] if "recent" in groups else rows
    return {
        "sets": table(groups),
        "archives": table(by_archive),
        "periods": table(by_period),
        "texts": {
            form: _figures(bundle, _scored(bundle, papers, shorter, form), papers.primary[shorter])
            for form in FORMS
        },
    }


def figures_on(bundle: Bundle, texts: Sequence[str], y_true: NDArray[np.bool_]) -> Figures:
    """Return the figures on labelled texts."""
    y_prob, readable = predict_with_readable(bundle, texts)
    return _of_labels(bundle, Scored(y_true, y_prob, readable))


FORMS: dict[str, Callable[[str, str], str]] = {
    "whole": lambda title, abstract: join_text(title, abstract, "title_and_abstract"),
    "abstract alone": lambda title, abstract: abstract,
    "first sentence": lambda title, abstract: re.split(r"(?<=[.!?])\s", abstract)[0],
    "title alone": lambda title, abstract: title,
}


def _scored(bundle: Bundle, papers: Papers, rows: Ints, form: str) -> Scored:
    table = papers_at(papers.corpus, rows)
    pairs = zip(table[TITLE], table[ABSTRACT], strict=True)
    texts = [FORMS[form](title, abstract) for title, abstract in pairs]
    return Scored(papers.y_true[rows], *predict_with_readable(bundle, texts))


def _figures(
    bundle: Bundle,
    scored: Scored,
    primary: Ints,
    chosen: Rows | slice = slice(None),
) -> Figures:
    """Return the figures of the chosen papers.

    ``primary_right``: how often the most probable label is the paper's first;
    ``archive_right``: how often it is of the same archive.
    """
    part = Scored(scored.y_true[chosen], scored.y_prob[chosen], scored.readable[chosen])
    archives = np.array([archive_of(name) for name in bundle.label_names])
    first, right = part.y_prob.argmax(axis=1), primary[chosen]
    return {
        **_of_labels(bundle, part),
        "primary_right": round(float(np.mean(first == right)), 4),
        "archive_right": round(float(np.mean(archives[first] == archives[right])), 4),
    }


def _of_labels(bundle: Bundle, scored: Scored) -> Figures:
    every = measuring.evaluate(scored.y_true, scored.given(bundle.thresholds), scored.y_prob)
    figures = {key: every[key] for key in KEYS}
    return {"n_papers": len(scored)} | {
        key: None if value is None else round(value, 4) for key, value in figures.items()
    }


def write_figures(figures: dict[str, Any], path: Path, card: Path) -> None:
    """Write the figures as JSON, and their tables between the markers of the model card."""
    storage.write_json(path, figures)
    if not card.is_file():
        return
    text = card.read_text(encoding="utf-8")
    for name in ("sets", "older", "archives", "periods", "texts"):
        start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
        if start in text and name in figures:
            before, after = text.split(start)[0], text.split(end)[1]
            text = f"{before}{start}\n{_table(figures[name])}\n{end}{after}"
    storage.write_text(card, text)


def _table(rows: dict[str, Figures]) -> str:
    """Return a table in Markdown."""
    names = ("papers", *NAMES, "primary right", "archive right")
    lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for name, figures in rows.items():
        n_papers, *others = figures.values()
        cells = ["" if value is None else f"{value:.3f}" for value in others]
        cells += [""] * (len(names) - 1 - len(cells))  # the older data name no primary area
        lines.append(f"| {name} | {n_papers:,} | {' | '.join(cells)} |")
    return "\n".join(lines)
