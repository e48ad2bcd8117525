"""Evaluating a finished model on labelled papers it never saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arxivtag.errors import DataError
from arxivtag.runs.registry import resolve_model

if TYPE_CHECKING:
    from arxivtag.papers.schema import Layout

N_UNKNOWN_LISTED = 20


def evaluate_model(
    model: str, data: str, home: Path | None = None, layout: Layout | None = None
) -> dict[str, Any]:
    """Return the evaluation of a model on every row of ``data`` that has an abstract.

    Nothing is cleaned or split: each row counts as it stands; ``n_without_abstract`` says
    how many were left out, and ``n_skipped`` how many the reader could not use. Where an area
    of arXiv has two names, either counts as the one that the model knows. Other label
    occurrences that it does not know are counted (``unknown_labels``: the most frequent with
    their counts) and left out of the other figures.

    Args:
        model: ``pretrained``, a run id or a bundle folder.
        data: A source of papers, as :func:`arxivtag.papers.sources.load` takes it.
        home: Where runs and downloads live.
        layout: Which column holds what and what separates labels, as far as it was said.

    Raises:
        ArxivTagError: If the model or the data cannot be used, or the model knows no label of
            the data.
    """
    from arxivtag.learning import evaluation
    from arxivtag.learning.decision import Scored
    from arxivtag.learning.features import encode_labels
    from arxivtag.papers import sources
    from arxivtag.papers.taxonomy import known_labels
    from arxivtag.tagging.loading import load_bundle
    from arxivtag.tagging.tagger import frame_texts, predict_with_readable

    bundle = load_bundle(resolve_model(model, home, allow_path=True))
    corpus = sources.load(data, layout=layout, home=home)
    papers = corpus.papers
    has_abstract = papers["abstract"].str.strip() != ""
    n_without_abstract = int((~has_abstract).sum())
    papers = papers[has_abstract]
    known = frozenset(bundle.label_names)
    labels = [known_labels(paper, known) for paper in papers["labels"]]
    unknown = Counter(label for paper in labels for label in paper if label not in known)
    if not any(label in known for paper in labels for label in paper):
        raise _no_known_label(unknown, bundle.label_names)
    y_prob, readable = predict_with_readable(bundle, frame_texts(bundle, papers))
    figures = evaluation.evaluate_bundle(
        Scored(encode_labels(labels, bundle.label_names), y_prob, readable),
        bundle.label_names,
        bundle.thresholds,
        n_unknown_labels=unknown.total(),
    )
    return {
        **figures,
        "unknown_labels": dict(unknown.most_common(N_UNKNOWN_LISTED)),
        "n_without_abstract": n_without_abstract,
        "n_skipped": corpus.report.n_rows_skipped,
        "notes": list(corpus.report.notes),
    }


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
