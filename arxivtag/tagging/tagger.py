"""Texts to labels with calibrated probabilities, from a bundle, without Keras."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from arxivtag.errors import ConfigError
from arxivtag.learning import network, thresholds
from arxivtag.learning.calibration import calibrate
from arxivtag.learning.thresholds import Thresholds
from arxivtag.papers.schema import ABSTRACT, TITLE
from arxivtag.papers.taxonomy import known_labels, label_name
from arxivtag.papers.texts import join_text, normalize_text
from arxivtag.papers.words import map_threads
from arxivtag.tagging.scope import Remark, doubts, nearly_equal

if TYPE_CHECKING:
    from arxivtag.learning.features import SparseRows
    from arxivtag.tagging.bundle import Bundle
    from arxivtag.tagging.neighbours import Neighbour

BATCH_SIZE = 1024
# Of the areas of 20,000 papers held out, 2.7 % have less; of areas drawn at random, 94 %.
ODD_BELOW = 0.01

Probabilities = NDArray[np.float32]


@dataclass(frozen=True)
class LabelScore:
    """One label for one text: calibrated, 0 to 1, and whether the model gives it."""

    label: str
    name: str
    probability: float
    above_threshold: bool


class Tagged(tuple[LabelScore, ...]):
    """The labels of one text, most probable first, and what is to be said of them.

    A ``remark`` says why a text got no label, or that two of them are nearly as likely.
    """

    remark: Remark | None

    def __new__(cls, labels: Iterable[LabelScore], remark: Remark | None = None) -> Self:
        tagged = super().__new__(cls, labels)
        tagged.remark = remark
        return tagged


@dataclass(frozen=True)
class SecondOpinion:
    """What the model says of labels that somebody chose.

    It gives those it agrees with and those it adds; it doubts those below their thresholds, and
    finds those below ``ODD_BELOW`` odd; ``unknown`` are no labels of this model.
    """

    agrees: tuple[LabelScore, ...]
    doubts: tuple[LabelScore, ...]
    odd: tuple[LabelScore, ...]
    adds: tuple[LabelScore, ...]
    unknown: tuple[str, ...]


def one_blas_thread() -> contextlib.AbstractContextManager[object]:
    """Let numpy's matrix products run in the calling thread while a block runs.

    For the small products of tagging, a second BLAS thread gains nothing, and on a busy machine
    it costs much: it waits for its turn while the first one spins (measured on 2 busy cores: an
    explanation takes 160 ms with two threads and 9 ms with one). The setting belongs to the
    process; blocks that overlap in several threads may leave it at one thread, which is harmless.
    """
    limited: contextlib.AbstractContextManager[object] = _blas().limit(limits=1, user_api="blas")
    return limited


@functools.cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def features(bundle: Bundle, texts: Sequence[str]) -> SparseRows:
    """Return the TF-IDF rows of joined texts: ``(n_texts, n_features)``."""
    return bundle.vectorizer.transform([normalize_text(text) for text in texts])


def predict(bundle: Bundle, texts: Sequence[str]) -> Probabilities:
    """Return ``y_prob``: ``(n_texts, n_labels)`` float32, calibrated.

    ``texts`` are joined ones (see :func:`arxivtag.papers.texts.join_text`).
    """
    return predict_with_readable(bundle, texts)[0]


def predict_with_readable(
    bundle: Bundle, texts: Sequence[str], progress: Callable[[int], object] | None = None
) -> tuple[Probabilities, NDArray[np.bool_]]:
    """Return what :func:`predict` returns, and which texts hold a known n-gram.

    Whoever turns the probabilities into labels needs both: a text without a known
    n-gram has the probabilities of no text at all, and gets no label. As many batches run side by
    side as there are cores; ``progress`` is called with the number of texts done, after each.
    """

    def predict_batch(start: int) -> tuple[Probabilities, NDArray[np.bool_]]:
        rows = features(bundle, texts[start : start + BATCH_SIZE])
        y_prob = calibrate(bundle.calibration, network.probabilities(bundle.network, rows))
        return y_prob, rows.readable()

    starts = range(0, len(texts), BATCH_SIZE)
    y_prob = np.zeros((len(texts), len(bundle.label_names)), dtype=np.float32)
    readable = np.zeros(len(texts), dtype=np.bool_)
    # Most of a batch's time passes in pyarrow and scipy, which leave Python to other threads.
    # Closed at once when ``progress`` raises (a stop), so that no batch runs on unseen.
    with one_blas_thread(), contextlib.closing(map_threads(predict_batch, starts)) as parts:
        for start, (part, part_readable) in zip(starts, parts, strict=True):
            y_prob[start : start + BATCH_SIZE] = part
            readable[start : start + BATCH_SIZE] = part_readable
            if progress is not None:
                progress(min(start + BATCH_SIZE, len(texts)))
    return y_prob, readable


def rank_labels(
    bundle: Bundle,
    y_prob_row: NDArray[np.floating[Any]],
    top_k: int | None = None,
    threshold: float | None = None,
    *,
    readable: bool,
) -> tuple[LabelScore, ...]:
    """Return the labels of one text, most probable first.

    Args:
        y_prob_row: ``(n_labels,)`` calibrated probabilities.
        top_k: At most so many labels. Given alone, the most probable ones, whether
            above their threshold or not (``LabelScore.above_threshold`` says).
        threshold: In place of the model's own thresholds; only labels at or above it.
        readable: Whether the text holds a known n-gram (:func:`predict_with_readable`);
            if not, no label counts as given.

    Returns:
        Without ``top_k`` and ``threshold``, the labels that the model gives: none if
        it is not sure.

    Raises:
        ConfigError: If ``top_k`` is below 1 or ``threshold`` outside 0 to 1.
    """
    _check_choice(top_k, threshold)
    row = np.asarray(y_prob_row, dtype=np.float32)
    chosen = bundle.thresholds
    if threshold is not None:
        chosen = Thresholds("global", np.full(len(row), threshold, np.float32))
    above = thresholds.decide(chosen, row[None, :], np.array([readable]))[0]
    order = np.argsort(-row, kind="stable")
    if top_k is None or threshold is not None:
        order = order[above[order]]
    names = bundle.label_names
    return tuple(
        LabelScore(names[i], label_name(names[i]), float(row[i]), bool(above[i]))
        for i in order[:top_k]
    )


def tag(
    bundle: Bundle,
    texts: Sequence[str],
    top_k: int | None = None,
    threshold: float | None = None,
    progress: Callable[[int], object] | None = None,
) -> list[Tagged]:
    """Return the labels of each joined text; :func:`frame_texts` gives those of a table of papers.

    A text without a known n-gram, and one that the model cannot judge
    (:mod:`arxivtag.tagging.scope`), is given none.

    For ``top_k`` and ``threshold`` see :func:`rank_labels`. ``progress`` is called with the number
    of texts done.

    Raises:
        ConfigError: If ``top_k`` is below 1 or ``threshold`` outside 0 to 1.
    """
    _check_choice(top_k, threshold)  # before the work, not after it
    y_prob, readable = predict_with_readable(bundle, texts, progress)
    doubted = doubtful(bundle, texts, y_prob)
    found = []
    for row, known, doubt in zip(y_prob, readable, doubted, strict=True):
        is_judged = bool(known) and doubt is None
        ranked = rank_labels(bundle, row, top_k, threshold, readable=is_judged)
        remark = nearly_equal(bundle.label_names, row) if is_judged else doubt
        found.append(Tagged(ranked, remark))
    return found


def doubtful(bundle: Bundle, texts: Sequence[str], y_prob: Probabilities) -> list[Remark | None]:
    """Return for each joined text why the model cannot judge it; None where it can."""
    plain = [normalize_text(text) for text in texts]
    return doubts(bundle.scope, bundle.vectorizer, plain, y_prob)


def similar_papers(bundle: Bundle, text: str, k: int = 5) -> tuple[Neighbour, ...]:
    """Return the ``k`` training papers most like a joined text, most similar first.

    Empty if the bundle keeps no papers (the pretrained one) or none shares an n-gram.
    """
    if bundle.neighbours is None:
        return ()
    return bundle.neighbours.nearest(features(bundle, [text]), k)


def frame_texts(bundle: Bundle, papers: pd.DataFrame) -> list[str]:
    """Return the joined text of each paper (``abstract``, perhaps ``title``) in a table.

    A missing cell counts as empty.
    """
    titles = papers[TITLE] if TITLE in papers else [""] * len(papers)
    return [
        join_text(_as_text(title), _as_text(abstract), bundle.text_fields)
        for title, abstract in zip(titles, papers[ABSTRACT], strict=True)
    ]


def second_opinion(
    every: Sequence[LabelScore], chosen: Iterable[str], content_at: float = float("inf")
) -> SecondOpinion:
    """Compare labels that somebody chose, the primary one first, with those the model gives.

    Where an area of arXiv has two names, either counts as the one that the model knows. Nothing
    is added where the first label chosen has the probability ``content_at`` or more. ``every``
    label of the model comes most probable first, and so does each group.
    """
    known = frozenset(one.label for one in every)
    wanted = known_labels(tuple(dict.fromkeys(chosen)), known)
    mine = [one for one in every if one.label in wanted]
    below = [one for one in mine if not one.above_threshold]
    content = any(one.label == wanted[0] and one.probability >= content_at for one in mine)
    return SecondOpinion(
        agrees=tuple(one for one in mine if one.above_threshold),
        doubts=tuple(one for one in below if one.probability >= ODD_BELOW),
        odd=tuple(one for one in below if one.probability < ODD_BELOW),
        adds=tuple(
            one for one in every if one.label not in wanted and one.above_threshold and not content
        ),
        unknown=tuple(label for label in wanted if label not in known),
    )


def _check_choice(top_k: int | None, threshold: float | None) -> None:
    if top_k is not None and top_k < 1:
        raise ConfigError(
            f"The number of labels should be at least 1. Received: {top_k}.", "Raise it."
        )
    if threshold is not None and not 0 <= threshold <= 1:
        raise ConfigError(
            f"A threshold should be a probability from 0 to 1. Received: {threshold}.",
            "Give 0.5 for one half.",
        )


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else ""
