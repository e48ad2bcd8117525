"""Evaluating a finished model on labelled papers it never saw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from arxivtag.runs.registry import resolve_model

if TYPE_CHECKING:
    from arxivtag.papers.schema import Layout


def evaluate_model(
    model: str, data: str, home: Path | None = None, layout: Layout | None = None
) -> dict[str, Any]:
    """Return the evaluation of a model on every row of ``data`` that has an abstract.

    Nothing is cleaned or split: each row counts as it stands; ``n_without_abstract`` says
    how many were left out, and ``n_skipped`` how many the reader could not use. Label
    occurrences that the model does not know are counted and left out of the other figures.

    Args:
        model: ``pretrained``, a run id or a bundle folder.
        data: A source of papers, as :func:`arxivtag.papers.sources.load` takes it.
        home: Where runs and downloads live.
        layout: Which column holds what and what separates labels, as far as it was said.

    Raises:
        ArxivTagError: If the model or the data cannot be used.
    """
    from arxivtag.learning import evaluation
    from arxivtag.learning.decision import Scored
    from arxivtag.learning.features import count_unknown_labels, encode_labels
    from arxivtag.papers import sources
    from arxivtag.tagging.loading import load_bundle
    from arxivtag.tagging.tagger import frame_texts, predict_with_readable

    bundle = load_bundle(resolve_model(model, home, allow_path=True))
    corpus = sources.load(data, layout=layout, home=home)
    papers = corpus.papers
    has_abstract = papers["abstract"].str.strip() != ""
    n_without_abstract = int((~has_abstract).sum())
    papers = papers[has_abstract]
    labels = papers["labels"].tolist()
    y_prob, readable = predict_with_readable(bundle, frame_texts(bundle, papers))
    figures = evaluation.evaluate_bundle(
        Scored(encode_labels(labels, bundle.label_names), y_prob, readable),
        bundle.label_names,
        bundle.thresholds,
        n_unknown_labels=count_unknown_labels(labels, bundle.label_names),
    )
    return {
        **figures,
        "n_without_abstract": n_without_abstract,
        "n_skipped": corpus.report.n_rows_skipped,
        "notes": list(corpus.report.notes),
    }
