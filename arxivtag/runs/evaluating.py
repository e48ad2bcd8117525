"""Evaluating a finished model on labelled papers it never saw."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.callbacks import OnProgress, unheard
from arxivtag.corpus.store import Corpus
from arxivtag.errors import DataError
from arxivtag.learning.decision import Scored
from arxivtag.runs.reading import open_corpus
from arxivtag.runs.registry import resolve_model

if TYPE_CHECKING:
    from arxivtag.papers.schema import Layout
    from arxivtag.tagging.parts import Pool

N_UNKNOWN_LISTED = 20


def evaluate_model(
    model: str,
    data: str,
    home: Path | None = None,
    layout: Layout | None = None,
    progress: OnProgress | None = None,
    pool: Pool | None = None,
) -> dict[str, Any]:
    """Return the evaluation of a model on every row of ``data`` that has an abstract.

    Nothing is cleaned or split: each row counts as it stands; ``n_without_abstract`` says
    how many were left out, and ``n_skipped`` how many the reader could not use. As in tagging, a
    text that the model cannot judge gets no label: ``not_sure`` counts them by reason. Where an
    area of arXiv has two names, either counts as the one that the model knows. Other label
    occurrences that it does not know are counted (``unknown_labels``: the most frequent with
    their counts) and left out of the other figures.

    Whoever works, the figures are the same; what was judged stays where this is interrupted.

    Args:
        model: ``pretrained``, a run id or a bundle folder.
        data: A source of papers, as :mod:`arxivtag.papers.source` describes it.
        home: Where runs and downloads live.
        layout: Which column holds what and what separates labels, as far as it was said.
        progress: Told how far it is.
        pool: Who judges the papers; None: threads of this process.

    Raises:
        ArxivTagError: If the model or the data cannot be used, or the model knows no label of
            the data.
    """
    from arxivtag.learning import evaluation
    from arxivtag.tagging import many, parts
    from arxivtag.tagging.tagger import one_blas_thread

    chosen = parts.model_at(resolve_model(model, home, allow_path=True))
    bundle = parts.bundle_of(chosen)
    corpus = open_corpus(data, home, layout=layout, progress=progress)
    y_true, unknown = _truth(corpus, ~corpus.is_blank, bundle.label_names)
    if not y_true.any():
        raise _no_known_label(unknown, bundle.label_names)
    with contextlib.ExitStack() as stack:
        stack.enter_context(one_blas_thread())  # sums are the same to the bit, whoever worked
        pool = pool or stack.enter_context(parts.local_pool(None))
        said = stack.enter_context(
            many.judged(corpus, ~corpus.is_blank, chosen, pool, progress or unheard)
        )
        figures = evaluation.evaluate_bundle(
            Scored(y_true, said.y_prob, said.is_judged),
            bundle.label_names,
            bundle.thresholds,
            n_unknown_labels=unknown.total(),
        )
    return {
        **figures,
        "unknown_labels": dict(unknown.most_common(N_UNKNOWN_LISTED)),
        "not_sure": dict(said.not_sure.most_common()),
        "n_without_abstract": int(corpus.is_blank.sum()),
        "n_skipped": corpus.report.read.n_rows_skipped,
        "notes": list(corpus.report.read.notes),
    }


def _truth(
    corpus: Corpus, papers: NDArray[np.bool_], label_names: Sequence[str]
) -> tuple[NDArray[np.bool_], Counter[str]]:
    """Return the labels of selected papers as a matrix, and how often each unknown one occurs."""
    from arxivtag.papers.taxonomy import known_labels

    column = {label: number for number, label in enumerate(label_names)}
    names = corpus.labels.label_names
    current = [known_labels((name,), column)[0] for name in names]
    columns = np.array([column.get(name, -1) for name in current], dtype=np.int64)
    labels = corpus.labels.of(papers)
    of_each = columns[labels.codes]
    y_true = np.zeros((len(labels), len(label_names)), dtype=np.bool_)
    y_true[labels.papers[of_each >= 0], of_each[of_each >= 0]] = True
    counts = zip(names, columns.tolist(), labels.counts.tolist(), strict=True)
    return y_true, Counter({name: n for name, at, n in counts if n and at < 0})


def _no_known_label(unknown: Counter[str], label_names: Sequence[str]) -> DataError:
    """Return the error that says which labels were found, and which may have been meant."""
    from arxivtag.papers.taxonomy import nearest_label

    if not unknown:
        return DataError(
            "The papers have no labels to compare with.",
            "Choose the column that holds the labels, or use arxivtag tag for papers without.",
        )
    most_frequent = [label for label, _ in unknown.most_common(N_UNKNOWN_LISTED)]
    listed = ", ".join(f"{label} ({unknown[label]:,})" for label in most_frequent[:5])
    more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
    meant = {label: nearest_label(label, label_names) for label in most_frequent}
    guesses = [f"{near} for {label}" for label, near in meant.items() if near]
    return DataError(
        f"The model knows no label of these papers: {listed}{more}.",
        f"Did you mean {', '.join(guesses[:5])}? Write labels as the model does."
        if guesses
        else f"Write labels as the model does, such as {', '.join(label_names[:3])}.",
    )
