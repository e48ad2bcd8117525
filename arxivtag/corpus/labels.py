"""Labels of a corpus as numbers: which labels each paper has, and which combination they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from arxivtag.corpus.arrays import Codes, Ints, Rows, mask_of
from arxivtag.papers.taxonomy import CURRENT_NAMES, current_label


@dataclass(frozen=True, eq=False)
class LabelLists:
    """The labels of some papers, in written order, each list once.

    Attributes:
        distinct: The different lists, in order of their first papers.
        numbers: (n_papers,) which of them each paper has.
    """

    distinct: list[tuple[str, ...]]
    numbers: Ints

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def counts(self) -> Ints:
        """(n_distinct,) how many papers have each list."""
        return np.bincount(self.numbers, minlength=len(self.distinct))

    def at(self, papers: Ints | Rows) -> LabelLists:
        """Return the lists of some of the papers, by position or as a mask."""
        numbers, found = pd.factorize(self.numbers[papers])
        return LabelLists([self.distinct[number] for number in found], numbers)


@dataclass(frozen=True)
class LabelIndex:
    """The labels of every paper as codes.

    Attributes:
        label_names: The distinct labels, most frequent first, ties by name.
        codes: (n_occurrences,) position in ``label_names``, paper after paper, in written order.
        indptr: (n_papers + 1,) where each paper's codes begin.
        combination_names: The distinct label combinations (sorted tuples), most frequent first.
        combinations: (n_papers,) position in ``combination_names``.
    """

    label_names: tuple[str, ...]
    codes: Codes
    indptr: Ints
    combination_names: tuple[tuple[str, ...], ...]
    combinations: Codes

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def sizes(self) -> Ints:
        """(n_papers,) how many labels each paper has."""
        return np.diff(self.indptr)

    @property
    def papers(self) -> Ints:
        """(n_occurrences,) which paper each of ``codes`` stands on."""
        return np.repeat(np.arange(len(self)), self.sizes)

    @property
    def counts(self) -> Ints:
        """(n_labels,) how many papers carry each label."""
        return np.bincount(self.codes, minlength=len(self.label_names))

    def of(self, rows: Rows) -> LabelIndex:
        """Return the index of the papers that a mask (n_papers,) selects, with the same codes."""
        sizes = self.sizes
        return replace(
            self,
            codes=self.codes[np.repeat(rows, sizes)],
            indptr=np.concatenate([[0], np.cumsum(sizes[rows])]),
            combinations=self.combinations[rows],
        )

    def lists(self, rows: Ints) -> list[tuple[str, ...]]:
        """Return the labels of the papers in ``rows``, in written order; equal lists are shared."""
        lists = self.distinct_lists(rows)
        return [lists.distinct[number] for number in lists.numbers.tolist()]

    def distinct_lists(self, rows: Ints) -> LabelLists:
        """Return the labels of the papers in ``rows``, each list once."""
        numbers, first = _numbered(self.written_lists[rows])
        ends, names = self.indptr, self.label_names
        lists = [self.codes[ends[row] : ends[row + 1]].tolist() for row in rows[first].tolist()]
        return LabelLists([tuple(names[code] for code in codes) for codes in lists], numbers)

    @cached_property
    def written_lists(self) -> Ints:
        """(n_papers,) equal numbers for equal lists of labels in the order written."""
        return _distinct_lists(self.codes, self.indptr, len(self.label_names))

    def among(self, label_names: Sequence[str]) -> tuple[Ints, Ints]:
        """Return the paper of each occurrence of one of ``label_names``, and which of them."""
        column = {name: place for place, name in enumerate(label_names)}
        columns = np.array([column.get(name, -1) for name in self.label_names], dtype=np.int64)
        of_each = columns[self.codes]
        return self.papers[of_each >= 0], of_each[of_each >= 0]

    def having(self, labels: Sequence[str]) -> Rows:
        """Return the mask (n_papers,) of papers that carry every one of ``labels``."""
        mask = np.ones(len(self), dtype=bool)
        for label in labels:
            code = self.label_names.index(label) if label in self.label_names else -1
            mask &= mask_of(self.papers[self.codes == code], len(self))
        return mask


def index_labels(labels: Sequence[tuple[str, ...]]) -> LabelIndex:
    """Read the labels of a corpus, one tuple per paper, into an index."""
    names: dict[str, int] = {}
    numbers = [names.setdefault(label, len(names)) for item in labels for label in item]
    sizes = np.fromiter(map(len, labels), np.int64, len(labels))
    papers = np.repeat(np.arange(len(labels)), sizes)
    return _renumbered(list(names), papers, np.array(numbers, dtype=np.int64), len(labels))


def _numbered(values: Ints) -> tuple[Ints, Rows]:
    """Return (n,) equal values as numbers from 0 in order of appearance, and which are first."""
    numbers = pd.factorize(values)[0]
    return numbers, np.diff(np.maximum.accumulate(numbers), prepend=-1) > 0


def _distinct_lists(codes: Codes, indptr: Ints, n_labels: int) -> Ints:
    """Return (n_lists,) equal numbers for equal lists of codes."""
    numbers = np.diff(indptr)
    for place in range(int(numbers.max(initial=0))):
        longer = np.flatnonzero(np.diff(indptr) > place)
        pairs = numbers[longer] * n_labels + codes[indptr[longer] + place]
        within = pd.factorize(pairs)[0]
        numbers[longer] = within + numbers.max() + 1  # other numbers than those of shorter lists
    return numbers


def has_second_name(index: LabelIndex) -> Rows:
    """Return (n_papers,) which papers have an area's second name or a retired archive's."""
    is_second = np.array([name in CURRENT_NAMES for name in index.label_names], dtype=bool)
    return mask_of(index.papers[is_second[index.codes]], len(index))


def with_current_names(index: LabelIndex) -> LabelIndex:
    """Return the labels under the names that arXiv's areas have now, each once per paper."""
    names: dict[str, int] = {}
    renamed = np.array(
        [names.setdefault(current_label(name), len(names)) for name in index.label_names],
        dtype=np.int64,
    )
    papers, codes = index.papers, renamed[index.codes]
    first = ~pd.Series(papers * len(names) + codes).duplicated().to_numpy()
    return _renumbered(list(names), papers[first], codes[first], len(index))


def without_labels(index: LabelIndex, left_out: Rows) -> LabelIndex:
    """Return the labels without those where ``left_out`` (n_labels,) is true."""
    kept = ~left_out[index.codes]
    return _renumbered(list(index.label_names), index.papers[kept], index.codes[kept], len(index))


def _renumbered(
    names: list[str],
    papers: Ints,
    codes: npt.NDArray[np.integer],
    n_papers: int,
) -> LabelIndex:
    """Return the index of occurrences, which are in the order of papers."""
    counts = np.bincount(codes, minlength=len(names))
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda code: (-counts[code], names[code]))
    place = np.zeros(len(names), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    sizes = np.bincount(papers, minlength=n_papers)
    indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    label_names, placed = tuple(names[code] for code in order), place[codes]
    return LabelIndex(label_names, placed, indptr, *_combinations(label_names, placed, indptr))


def _combinations(
    label_names: Sequence[str], codes: Codes, indptr: Ints
) -> tuple[tuple[tuple[str, ...], ...], Codes]:
    """Return the distinct combinations and each paper's, as :class:`LabelIndex` holds them."""
    papers = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    n_labels = max(len(label_names), 1)
    in_order = np.sort(papers * n_labels + codes) % n_labels
    numbers, first = _numbered(_distinct_lists(in_order, indptr, n_labels))
    counts = np.bincount(numbers)
    names = [
        tuple(sorted(label_names[code] for code in codes[indptr[row] : indptr[row + 1]]))
        for row in np.flatnonzero(first)
    ]
    order = sorted(range(len(names)), key=lambda number: (-counts[number], names[number]))
    place_of = np.empty(len(order), dtype=np.int32)
    place_of[order] = np.arange(len(order), dtype=np.int32)
    return tuple(names[number] for number in order), place_of[numbers]
