"""Divides papers into train, val and test without leaks between them, and checks that.

As in the Keras example, a tenth of the papers is held out, stratified by label
combination, and half of these become val; split by date, the newest papers are held out.
Where combinations are too rare to be stratified, labels are balanced one by one instead
(iterative stratification: Sechidis, Tsoumakas, Vlahavas, "On the Stratification of Multi-Label
Data", 2011).
Papers that are near-duplicates or share a title end up on one side together.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from arxivtag.corpus.arrays import Ints, Rows
from arxivtag.corpus.cleaning import Cleaned, near_groups
from arxivtag.corpus.labels import LabelLists
from arxivtag.corpus.store import Corpus
from arxivtag.errors import DataError
from arxivtag.papers.dates import UNKNOWN, date_text
from arxivtag.settings import CleaningConfig, SplitConfig

TRAIN, VAL, TEST = 0, 1, 2
BY_COMBINATION = "stratified by label combination"
BY_LABEL = "iterative stratification by label"
AT_RANDOM = "random"
BY_DATE = "by date"

_FEWEST_PAPERS = 10
# Iterative stratification costs about n_papers * n_labels**2 operations; this many take 5 s.
_MOST_OPERATIONS = 3e9


@dataclass(frozen=True)
class SplitReport:
    """How papers were divided, and whether anything leaks.

    Attributes:
        held_out_method: How the held-out papers were chosen.
        val_method: How val was chosen from the held-out papers.
        n_groups: Groups of two or more papers that belong together.
        n_moved: Papers moved to the side of their group's first paper, by date to its oldest.
        n_leaked_titles: Papers of val and test whose title also occurs on another side; so of
            abstracts and near-duplicates.
        n_labels_only_held_out: Labels in val or test that no paper in train has.
        first_dates: Of a split by date, the first date of val and of test, as ``2026-07-02``.
        divided_dates: Those that stand on two sides: chance divided the papers of a day, or of a
            month or year where files tell no more.
    """

    n_train: int
    n_val: int
    n_test: int
    held_out_method: str
    val_method: str
    n_groups: int
    n_moved: int
    n_leaked_titles: int
    n_leaked_abstracts: int
    n_leaked_near_duplicates: int
    n_labels_only_held_out: int
    first_dates: tuple[str, ...] = ()
    divided_dates: tuple[str, ...] = ()

    @property
    def leaks(self) -> bool:
        """Whether any paper, or one nearly the same, is on two sides."""
        return bool(self.n_leaked_titles + self.n_leaked_abstracts + self.n_leaked_near_duplicates)


def divided_text(dates: Sequence[str]) -> str:
    """Return a sentence on the dates that chance divided between two sides; empty for none."""
    if not dates:
        return ""
    named = " and ".join(dates)
    return f"Papers of {named} are on two sides, by chance: nothing tells which came first."


def check_enough_papers(n_papers: int) -> None:
    """Refuse papers that are too few to be split.

    Raises:
        DataError: If they are.
    """
    if n_papers < _FEWEST_PAPERS:
        raise DataError(
            f"At least {_FEWEST_PAPERS} papers are needed to split them. "
            f"Received: {n_papers} after cleaning.",
            "Add papers, or keep those with rare label combinations.",
        )


@dataclass(frozen=True, eq=False)
class SplitRows:
    """Papers divided in three.

    Attributes:
        rows: (n_kept,) the rows of the corpus that were divided, in order.
        sides: (n_kept,) each one's side: 0 (train), 1 (val) or 2 (test).
    """

    rows: Ints
    sides: npt.NDArray[np.int8]
    report: SplitReport

    def of(self, side: int) -> Ints:
        """Return the rows of one side, in order."""
        chosen: Ints = self.rows[self.sides == side]
        return chosen


def split_rows(
    corpus: Corpus, cleaned: Cleaned, config: SplitConfig | None = None, random_seed: int = 42
) -> SplitRows:
    """Divide what cleaning kept.

    Same seed and papers, same sides.

    Raises:
        DataError: If there are too few papers, or too few with a date where it decides, or all
            are near-duplicates of one another.
    """
    config, rows = config or SplitConfig(), cleaned.rows
    check_enough_papers(len(rows))
    lists = cleaned.labels.distinct_lists(rows)
    groupings = (
        corpus.first_of_title[rows],
        corpus.first_of_abstract[rows],
        near_groups(corpus, CleaningConfig().near_duplicate_similarity, cleaned.kept),
    )
    titles, abstracts, near = (pd.factorize(grouping)[0] for grouping in groupings)
    by_date = config.split_by == "date"
    dates = np.asarray(corpus.dates[rows], dtype=np.int64)
    if by_date:
        sides, methods = _divide_by_date(dates, config.held_out_fraction, random_seed)
    else:
        sides, methods = _divide(lists, config.held_out_fraction, random_seed)
    divided_dates = _on_two_sides(dates, sides) if by_date else ()
    groups = _joined([near, titles, abstracts])
    n_moved = 0  # a group's number is the position of its first paper
    if config.keep_near_duplicates_together:
        together = _oldest_side(sides, groups) if by_date else sides[groups]
        n_moved = int((together != sides).sum())
        sides = together
    sizes = np.bincount(sides, minlength=3)
    if not sizes.all():
        raise DataError(
            "The papers are too alike to split them: nearly all are near-duplicates.",
            "Add papers, or drop near-duplicates in cleaning.",
        )
    report = SplitReport(
        n_train=int(sizes[TRAIN]),
        n_val=int(sizes[VAL]),
        n_test=int(sizes[TEST]),
        held_out_method=methods[0],
        val_method=methods[1],
        n_groups=int((np.bincount(groups) > 1).sum()),
        n_moved=n_moved,
        n_leaked_titles=count_leaked(titles, sides),
        n_leaked_abstracts=count_leaked(abstracts, sides),
        n_leaked_near_duplicates=count_leaked(near, sides),
        n_labels_only_held_out=_count_only_held_out(lists, sides == TRAIN),
        first_dates=_first_dates(dates, sides) if by_date else (),
        divided_dates=divided_dates,
    )
    return SplitRows(rows, sides.astype(np.int8), report)


def with_train_share(
    parts: SplitRows, cleaned: Cleaned, share: float, random_seed: int
) -> SplitRows:
    """Return the division with a share of its training papers, val and test as they are.

    Of a ``share`` from 0 to 1 at least one paper stays. With the same seed, a smaller share is a
    part of a larger one.
    """
    if share == 1:
        return parts
    chance = np.random.default_rng(random_seed).permutation(len(parts.rows))
    train = chance[parts.sides[chance] == TRAIN]
    n_train = max(1, round(share * len(train)))
    kept = np.sort(np.concatenate([train[:n_train], np.flatnonzero(parts.sides != TRAIN)]))
    rows, sides = parts.rows[kept], parts.sides[kept]
    n_unlearnt = _count_only_held_out(cleaned.labels.distinct_lists(rows), sides == TRAIN)
    report = replace(parts.report, n_train=n_train, n_labels_only_held_out=n_unlearnt)
    return SplitRows(rows, sides, report)


def count_leaked(groups: Ints, sides: Ints) -> int:
    """Return how many papers of val and test have a member of their group on another side.

    Groups and sides are numbers of each paper, shape (n,).
    """
    on_side = [np.bincount(groups, sides == side) > 0 for side in (TRAIN, VAL, TEST)]
    n_sides = np.sum(on_side, axis=0)[groups]
    return int(((n_sides > 1) & (sides != TRAIN)).sum())


def _divide(lists: LabelLists, fraction: float, random_seed: int) -> tuple[Ints, tuple[str, str]]:
    """Return each paper's side and how held-out papers and val were chosen."""
    n_held_out = max(2, int(np.ceil(len(lists) * fraction)))
    held_out, held_out_method = _choose(lists, n_held_out, random_seed)
    rest = lists.at(held_out)
    n_val = round(len(held_out) / 2)
    by_label = held_out_method == BY_LABEL  # else by combination or at random, as in the example
    val, val_method = _choose(rest, n_val, random_seed, by_label=by_label)
    sides = np.full(len(lists), TRAIN, dtype=np.int64)
    sides[held_out] = TEST
    sides[held_out[val]] = VAL
    return sides, (held_out_method, val_method)


def _divide_by_date(dates: Ints, fraction: float, random_seed: int) -> tuple[Ints, tuple[str, str]]:
    """Return each paper's side: the newest in test, those before in val; without date in train.

    Of papers of one date, chance decides.
    """
    n_dated = int((dates != UNKNOWN).sum())
    n_held_out = max(2, int(np.ceil(len(dates) * fraction)))
    if n_dated <= n_held_out:
        raise DataError(
            f"A split by date needs papers with dates: {n_dated:,} of {len(dates):,} have one.",
            "Name the column of dates date, or split by chance.",
        )
    chance = np.random.default_rng(random_seed).permutation(len(dates))
    oldest_first = np.lexsort((chance, dates))
    n_test = n_held_out - round(n_held_out / 2)
    sides = np.full(len(dates), TRAIN, dtype=np.int64)
    sides[oldest_first[-n_held_out:]] = VAL
    sides[oldest_first[-n_test:]] = TEST
    return sides, (BY_DATE, BY_DATE)


def _oldest_side(sides: Ints, groups: Ints) -> Ints:
    """Return for each paper the oldest side that a paper of its group is on: train before val."""
    oldest = np.full(len(sides), TEST, dtype=np.int64)
    np.minimum.at(oldest, groups, sides)
    return oldest[groups]


def _on_two_sides(dates: Ints, sides: Ints) -> tuple[str, ...]:
    """Return the dates whose papers are on more than one side; no date is none."""
    pairs = np.unique((3 * dates + sides)[dates != UNKNOWN])
    found, n_sides = np.unique(pairs // 3, return_counts=True)
    return tuple(map(date_text, found[n_sides > 1].tolist()))


def _first_dates(dates: Ints, sides: Ints) -> tuple[str, ...]:
    return tuple(date_text(int(dates[sides == side].min())) for side in (VAL, TEST))


def _choose(
    lists: LabelLists, n_chosen: int, random_seed: int, *, by_label: bool = True
) -> tuple[Ints, str]:
    """Return sorted positions of about ``n_chosen`` papers, stratified as well as may be."""
    fewest_places = min(n_chosen, len(lists) - n_chosen)
    if lists.counts.min() > 1 and len(lists.distinct) <= fewest_places:
        return _choose_by_combination(lists, n_chosen, random_seed), BY_COMBINATION
    if by_label and n_chosen > 1:
        chosen = _choose_by_label(lists, n_chosen, random_seed)
        if 1 < len(chosen) < len(lists):  # of few papers it may choose none or all
            return chosen, BY_LABEL
    order = np.random.default_rng(random_seed).permutation(len(lists))
    return np.sort(order[:n_chosen]), AT_RANDOM


def _choose_by_combination(lists: LabelLists, n_chosen: int, random_seed: int) -> Ints:
    from sklearn.model_selection import train_test_split

    codes, _ = pd.factorize(pd.Series(map(" ".join, lists.distinct)), sort=True)
    _, chosen = train_test_split(
        np.arange(len(lists)),
        test_size=n_chosen,
        stratify=codes[lists.numbers],
        random_state=random_seed,
    )
    return np.sort(chosen).astype(np.int64)


def _choose_by_label(lists: LabelLists, n_chosen: int, random_seed: int) -> Ints:
    from iterstrat.ml_stratifiers import MultilabelStratifiedShuffleSplit

    counts: Counter[str] = Counter()
    for labels, n_papers in zip(lists.distinct, lists.counts.tolist(), strict=True):
        counts.update(dict.fromkeys(labels, n_papers))
    n_labels = max(2, int((_MOST_OPERATIONS / len(lists)) ** 0.5))
    column = {label: i for i, (label, _) in enumerate(sorted(counts.most_common(n_labels)))}
    # One column more that is always 0: the library takes a single column for a binary problem.
    y = np.zeros((len(lists.distinct), len(column) + 1), dtype=np.int8)
    for row, labels in enumerate(lists.distinct):
        y[row, [column[label] for label in labels if label in column]] = 1
    y = y[lists.numbers]
    splitter = MultilabelStratifiedShuffleSplit(
        n_splits=1, test_size=n_chosen / len(lists), random_state=random_seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about labels of one paper, which cannot be balanced
        _, chosen = next(splitter.split(np.zeros((len(y), 1)), y))
    return np.sort(chosen).astype(np.int64)


def _joined(groupings: Sequence[Ints]) -> Ints:
    """Return the finest grouping that holds all of ``groupings``; numbers are first positions."""
    groups = np.arange(len(groupings[0]), dtype=np.int64)
    while True:
        before = groups
        for codes in groupings:
            first = np.full(int(codes.max()) + 1, len(groups), dtype=np.int64)
            np.minimum.at(first, codes, groups)
            groups = first[codes]
        if np.array_equal(before, groups):
            return groups


def _count_only_held_out(lists: LabelLists, in_train: Rows) -> int:
    train, held_out = (
        {label for labels in lists.at(papers).distinct for label in labels}
        for papers in (in_train, ~in_train)
    )
    return len(held_out - train)
