"""Evaluating: a run's network on its test papers, and a finished model on papers it never saw.

A run's evaluation also says how far labels agree (:mod:`arxivtag.learning.ceiling`): those of
near-duplicates and of nearest neighbours in its own corpus.
"""

from __future__ import annotations

import dataclasses
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.callbacks import OnProgress, ShouldStop
from arxivtag.corpus.labels import LabelIndex, with_current_names
from arxivtag.corpus.near import LEAST_SIMILARITY
from arxivtag.corpus.store import Corpus
from arxivtag.errors import DataError
from arxivtag.learning import ceiling as ceilings
from arxivtag.learning import evaluation
from arxivtag.learning.ceiling import Agreement, Ints, Twins
from arxivtag.learning.features import SparseRows
from arxivtag.learning.measuring import Resampling
from arxivtag.learning.network import Network, probabilities
from arxivtag.learning.predictions import Scored, fit_decision
from arxivtag.runs.opening import open_corpus
from arxivtag.runs.preparing import Features, Part, multi_hot
from arxivtag.runs.registry import resolve_model
from arxivtag.runs.results import Evaluated
from arxivtag.settings import CleaningConfig, RunConfig

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from arxivtag.papers.schema import Layout
    from arxivtag.tagging.parts import Pool

N_UNKNOWN_LISTED = 20
TWIN_SIMILARITY = CleaningConfig().near_duplicate_similarity
SIMILARITY_BOUNDS = (LEAST_SIMILARITY, 0.6, 0.7, TWIN_SIMILARITY, 0.9, 1.001)
NEIGHBOUR_BOUNDS = (0.0, 0.2, 0.3, 0.4, 0.5, 1.001)
# Test papers whose neighbours are looked up, and training papers among which: about a second.
MAX_ASKED, MAX_NEIGHBOURS = 400, 50_000
_BLOCK = 50
_log = logging.getLogger(__name__)


def evaluate_network(settings: RunConfig, features: Features, network: Network) -> Evaluated:
    """Return what a run's network is worth on its test papers, decided on its validation papers."""
    decision, val = fit_decision(_scored(network, features.val), settings.evaluation)
    test = _scored(network, features.test).calibrated(decision.calibration)
    figures = evaluation.evaluate_run(
        val,
        test,
        features.label_names,
        decision,
        label_counts=features.train.y_true.sum(axis=0),
        n_unknown_labels=features.test.n_unknown_labels,
        resampling=Resampling(settings.evaluation.bootstrap_samples, settings.random_seed),
    )
    return Evaluated(decision, val, test, figures)


def _scored(network: Network, part: Part) -> Scored:
    return Scored(part.y_true, probabilities(network, part.rows), part.rows.readable())


def with_linear_baseline(
    features: Features, evaluated: Evaluated, should_stop: ShouldStop
) -> dict[str, Any]:
    """Return the evaluation with the linear baseline, or with a note on why it has none.

    Everything else is complete by now, so that a fault in it does not fail the run.
    """
    try:
        return evaluation.with_linear_baseline(
            evaluated.figures,
            evaluated.test,
            features.train,
            features.val,
            features.test,
            should_stop=should_stop,
        )
    except Exception as error:
        _log.exception("the linear baseline could not be fitted")
        note = f"The linear model was left out: it could not be fitted ({type(error).__name__})."
        return {**evaluated.figures, "linear_baseline_note": note}


def label_ceiling(corpus: Corpus, cleaning: CleaningConfig, features: Features) -> dict[str, Any]:
    """Return what near-duplicates and neighbours say about the labels, for an evaluation.

    Keys: ``low`` and ``high`` (the band of the best possible micro-F1; None with too few
    near-duplicates), ``agreement``, ``n_pairs`` and ``n_groups`` of near-duplicates,
    ``neighbours`` (the agreement of test papers with the most similar training paper), and
    ``near_duplicates_by_similarity`` and ``neighbours_by_similarity`` (rows of ``from``, ``to``,
    ``n_pairs``, ``agreement``, ``low``, ``high``).
    """
    labels = with_current_names(corpus.labels) if cleaning.merge_areas else corpus.labels
    has_label = label_matrix(labels, features.label_names)
    near = near_twins(corpus, has_label)
    twins = near.where(near.similarity >= TWIN_SIMILARITY)
    found = ceilings.agreement(twins)
    band = ceilings.ceiling(found)
    neighbours = neighbour_twins(features)
    return {
        "low": None if band is None else round(band[0], 4),
        "high": None if band is None else round(band[1], 4),
        "agreement": None if found is None else round(found.value, 4),
        "n_pairs": len(twins),
        "n_groups": 0 if found is None else found.n_groups,
        "near_duplicates_by_similarity": _table(near, SIMILARITY_BOUNDS),
        "neighbours": _row(ceilings.agreement(neighbours)),
        "neighbours_by_similarity": _table(neighbours, NEIGHBOUR_BOUNDS),
    }


def _table(twins: Twins, bounds: tuple[float, ...]) -> list[dict[str, Any]]:
    steps = zip(bounds, bounds[1:], ceilings.by_similarity(twins, bounds), strict=False)
    return [{"from": low, "to": min(high, 1.0), **_row(found)} for low, high, found in steps]


def _row(found: Agreement | None) -> dict[str, Any]:
    if found is None:
        return {"n_pairs": 0, "agreement": None, "low": None, "high": None}
    return {
        "n_pairs": found.n_pairs,
        "agreement": round(found.value, 4),
        "low": round(found.low, 4),
        "high": round(found.high, 4),
    }


def label_matrix(labels: LabelIndex, label_names: tuple[str, ...]) -> csr_matrix:
    """Return (n_papers, n_labels) int32 which of ``label_names`` each paper has."""
    from scipy.sparse import csr_matrix

    papers, columns = labels.among(label_names)
    cells = np.ones(len(papers), np.int32), (papers, columns)
    return csr_matrix(cells, shape=(len(labels), len(label_names)))


def near_twins(corpus: Corpus, has_label: csr_matrix) -> Twins:
    """Return the pairs of papers with nearly the same abstract, both of which have a label.

    Papers with one abstract under several titles are pairs too; copies of a record are not.
    """
    first_of = corpus.first_of_abstract.astype(np.int64)
    rows = np.arange(corpus.n_papers, dtype=np.int64)
    titles = corpus.first_of_title
    retitled = (first_of != rows) & (titles != titles[first_of]) & ~corpus.is_blank
    near = corpus.near_pairs
    first = np.concatenate([near.first, first_of[retitled]])
    second = np.concatenate([near.second, rows[retitled]])
    similarity = np.concatenate([near.similarity, np.ones(int(retitled.sum()))])
    groups = near.components(corpus.n_papers, TWIN_SIMILARITY)[first_of]
    # Less similar pairs are in no group of twins: each is one of its own.
    alone = similarity < TWIN_SIMILARITY
    of_pair = np.where(alone, corpus.n_papers + np.arange(len(first)), groups[first])
    one, other = has_label[first], has_label[second]
    both = one.multiply(other).tocsr()
    twins = Twins(_counts(one), _counts(other), _counts(both), of_pair, similarity)
    return twins.where((twins.n_first > 0) & (twins.n_second > 0))


def neighbour_twins(features: Features) -> Twins:
    """Return test papers, evenly spaced, each with the training paper that is most like it."""
    asked = _evenly(len(features.test), MAX_ASKED)
    among = _evenly(len(features.train), MAX_NEIGHBOURS)
    nearest, similarity = _nearest(features.test.rows.take(asked), features.train.rows.take(among))
    y_test, y_train = features.test.y_true[asked], features.train.y_true[among[nearest]]
    found = Twins(
        y_test.sum(axis=1),
        y_train.sum(axis=1),
        (y_test & y_train).sum(axis=1),
        np.arange(len(asked)),
        similarity,
    )
    return found.where(similarity > 0)


def _evenly(n: int, most: int) -> Ints:
    kept = min(n, most)
    return np.arange(kept, dtype=np.int64) * n // max(kept, 1)


def _nearest(asked: SparseRows, among: SparseRows) -> tuple[Ints, NDArray[np.float64]]:
    """Return the row of ``among`` with the highest cosine for each of ``asked``, and the cosine."""
    from sklearn.preprocessing import normalize

    queries, rows = normalize(asked.to_scipy()), normalize(among.to_scipy()).T.tocsr()
    nearest, similarity = [np.empty(0, np.int64)], [np.empty(0)]
    for start in range(0, len(asked), _BLOCK):
        cosines = (queries[start : start + _BLOCK] @ rows).toarray()
        nearest.append(cosines.argmax(axis=1))
        similarity.append(cosines.max(axis=1).astype(np.float64))
    return np.concatenate(nearest), np.concatenate(similarity)


def _counts(matrix: csr_matrix) -> Ints:
    return np.asarray(matrix.sum(axis=1)).ravel().astype(np.int64)


def evaluate_model(
    model: str,
    data: str,
    home: Path,
    layout: Layout,
    progress: OnProgress,
    pool: Pool,
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
        layout: Which column holds what and what separates labels, as far as it was said.
        pool: Who judges the papers.

    Raises:
        ArxivTagError: If the model or the data cannot be used, or the model knows no label of
            the data.
    """
    from arxivtag.tagging import many, parts
    from arxivtag.tagging.tagger import one_blas_thread

    chosen = parts.model_at(resolve_model(model, home, allow_path=True))
    bundle = parts.bundle_of(chosen)
    corpus = open_corpus(data, home, layout=layout, progress=progress)
    y_true, unknown = _truth(corpus, ~corpus.is_blank, bundle.label_names)
    if not y_true.any():
        raise _no_known_label(unknown, bundle.label_names)
    with (
        one_blas_thread(),  # sums are the same to the bit, whoever worked
        many.judged(corpus, ~corpus.is_blank, chosen, pool, progress) as said,
    ):
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

    labels, known = corpus.labels.of(papers), set(label_names)
    names = [known_labels((name,), known)[0] for name in labels.label_names]
    y_true = multi_hot(dataclasses.replace(labels, label_names=tuple(names)), label_names)
    counts = zip(labels.label_names, names, labels.counts.tolist(), strict=True)
    return y_true, Counter({written: n for written, name, n in counts if n and name not in known})


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
