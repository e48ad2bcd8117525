"""Compares the categories an author chose with those the model would give."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

UNSURE_MARGIN = 0.5  # below half of its threshold a label is doubted, above it left open


@dataclass(frozen=True)
class SecondOpinion:
    """The author's categories and the model's, sorted into what a person can act on.

    Each part is a tuple of ``(label, probability)``, most probable first; ``unknown`` holds
    the author's categories that the model has never seen.
    """

    agrees: tuple[tuple[str, float], ...]
    would_add: tuple[tuple[str, float], ...]
    doubts: tuple[tuple[str, float], ...]
    undecided: tuple[tuple[str, float], ...]
    unknown: tuple[str, ...]


def second_opinion(
    chosen: Iterable[str],
    probabilities: Mapping[str, float],
    above_threshold: Collection[str],
    thresholds: Mapping[str, float],
) -> SecondOpinion:
    """Return which of ``chosen`` the model agrees with, doubts, and what it would add.

    Args:
        chosen: The author's categories, in any order.
        probabilities: The model's probability of every label it knows.
        above_threshold: The labels the model gives.
        thresholds: Each label's threshold; a chosen label under half of it is doubted,
            between half and the whole it is undecided.
    """
    wanted = list(dict.fromkeys(chosen))
    known = [label for label in wanted if label in probabilities]
    agrees, doubts, undecided = [], [], []
    for label in known:
        pair = (label, probabilities[label])
        if label in above_threshold:
            agrees.append(pair)
        elif pair[1] < UNSURE_MARGIN * thresholds.get(label, 0.5):
            doubts.append(pair)
        else:
            undecided.append(pair)
    would_add = [(label, probabilities[label]) for label in above_threshold if label not in wanted]

    def ordered(pairs: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
        return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))

    return SecondOpinion(
        agrees=ordered(agrees),
        would_add=ordered(would_add),
        doubts=ordered(doubts),
        undecided=ordered(undecided),
        unknown=tuple(label for label in wanted if label not in probabilities),
    )
