"""Texts to labels with calibrated probabilities, from a bundle, without Keras."""

from __future__ import annotations

import contextlib
import functools
import math
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
from arxivtag.papers.taxonomy import archive_of, known_labels, label_name
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
# Of the papers of rank_archives whose most probable area has 0.3 to 0.5 while an archive has 0.7
# or more (3.7 %), the archive was right for 94 of 100, the area for 52. With less than 0.3 are
# 0.4 % of the papers, but half of the texts from outside of arXiv that would get an archive.
_LEAST_AREA, _SURE_AREA = 0.3, 0.5
_SURE_ARCHIVE = 0.7

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

    A text that the model cannot judge (``is_judged``) is given none. A ``remark`` says why, or that
    two labels are nearly as likely.
    """

    remark: Remark | None
    is_judged: bool

    def __new__(
        cls, labels: Iterable[LabelScore], remark: Remark | None = None, *, is_judged: bool = True
    ) -> Self:
        tagged = super().__new__(cls, labels)
        tagged.remark, tagged.is_judged = remark, is_judged
        return tagged


@dataclass(frozen=True)
class ArchiveScore(LabelScore):
    """One archive for one text, with those of its areas that the model knows."""

    areas: tuple[LabelScore, ...]


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
        found.append(Tagged(ranked, remark, is_judged=is_judged))
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


def rank_archives(tags: Sequence[LabelScore]) -> tuple[ArchiveScore, ...]:
    """Return the archives of one text, most probable first.

    ``tags`` are all labels of a model, most probable first, and so are the areas of each archive.
    A label that is no area of arXiv is an archive of its own.

    That a paper stands in an archive means that it stands in one of its areas at least, so an
    archive's probability is that of its areas, taken as independent: 1 - (1 - p1)(1 - p2) ... On
    20,293 papers of all of arXiv that the model had not seen, the mean error of calibration of the
    archives above 5 % was 0.017 (the greatest of the areas: 0.088, their sum up to 1: 0.044).
    Dividing by the probability that any area at all is right lowers the Brier score a little more
    (0.0177 in place of 0.0183), but finds an archive in texts from outside of arXiv, where that
    probability is small.
    """
    areas: dict[str, list[LabelScore]] = {}
    for tag in tags:
        areas.setdefault(archive_of(tag.label), []).append(tag)
    found = [
        ArchiveScore(
            archive,
            label_name(archive),
            1 - math.prod(1 - area.probability for area in members),
            above_threshold=False,
            areas=tuple(members),
        )
        for archive, members in areas.items()
    ]
    return tuple(sorted(found, key=lambda one: -one.probability))


def archive_as_answer(archives: Sequence[ArchiveScore]) -> ArchiveScore | None:
    """Return the archive that is probable while no area is; None where one can say more, or less.

    ``archives`` are most probable first.
    """
    best_area = max(archive.areas[0].probability for archive in archives)
    unsure = _LEAST_AREA <= best_area < _SURE_AREA
    return archives[0] if unsure and archives[0].probability >= _SURE_ARCHIVE else None


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
