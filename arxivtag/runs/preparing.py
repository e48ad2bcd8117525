"""From a corpus to features: cleaned, split, vectorized, and kept for the next run.

``<fingerprint>.prepared/<key>/``, beside the corpus, holds what one choice of cleaning, split,
vectorizer, text and seed gave: the vocabulary, and for each of ``train/``, ``val/`` and ``test/``
the rows of the corpus, their TF-IDF weights and their labels, as arrays that the run maps. A run
with another network or learning rate starts from there. One that is damaged or of another version
is made anew.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arxivtag import storage
from arxivtag.callbacks import ShouldStop, StoppedError, never
from arxivtag.config import limits
from arxivtag.corpus import texts
from arxivtag.corpus.arrays import ArrayWriter, map_array, mask_of, write_array
from arxivtag.corpus.cleaning import Cleaned, clean_rows
from arxivtag.corpus.ingest import FORMAT_VERSION as CORPUS_FORMAT
from arxivtag.corpus.kept import REPORT_NAME, mark_used, sound_report, write_report
from arxivtag.corpus.labels import LabelIndex
from arxivtag.corpus.splits import SplitRows, split_rows, with_train_share
from arxivtag.corpus.store import Corpus, make_room
from arxivtag.corpus.tokens import Tokens, map_tokens, write_tokens
from arxivtag.errors import ConfigError, DataError, StorageError
from arxivtag.fields import from_dict, to_dict
from arxivtag.learning.features import Examples, SparseRows
from arxivtag.learning.vectorizer import Vectorizer
from arxivtag.learning.vocabulary import Fitted, fit, most_telling
from arxivtag.learning.word_order import word_input
from arxivtag.papers.schema import ABSTRACT, TITLE
from arxivtag.papers.texts import join_text, normalize_text
from arxivtag.papers.words import distinct_words
from arxivtag.settings import RunConfig, VectorizerConfig

FORMAT_VERSION = 2
MAX_KEPT = 8  # prepared features of one corpus
_KEY_LENGTH = 32
_LEFTOVER_S = 24 * 3600  # after which an unfinished folder is a killed run's
SIDES = ("train", "val", "test")


@dataclass(frozen=True, eq=False)
class Part(Examples):
    """One split, ready for the network.

    Attributes:
        papers: ``(n_samples,)`` their rows in the corpus, rising.
        labels: Their labels; those beyond the columns of ``y_true`` are on no training paper.
    """

    papers: NDArray[np.int64]
    labels: LabelIndex

    @property
    def label_lists(self) -> list[tuple[str, ...]]:
        """The labels of each paper, in written order."""
        return self.labels.lists(np.arange(len(self)))

    @property
    def n_unknown_labels(self) -> int:
        """Label occurrences that have no column in ``y_true``."""
        return int((self.labels.codes >= self.y_true.shape[1]).sum())


@dataclass(frozen=True)
class Features:
    """All splits as matrices, and what made them.

    Attributes:
        label_names: The labels of the training papers, most frequent first.
        val: The papers that decide thresholds and when to stop.
        reports: What cleaning and the split did: ``cleaning`` and ``split``.
    """

    vectorizer: Vectorizer
    label_names: tuple[str, ...]
    train: Part
    val: Part
    test: Part
    reports: dict[str, Any]


# Enters a stage (clean, split, vectorize) for as long as it takes.
EnterStage = Callable[[str], contextlib.AbstractContextManager[object]]


def prepare(
    corpus: Corpus,
    settings: RunConfig,
    enter: EnterStage = contextlib.nullcontext,
    should_stop: ShouldStop = never,
) -> Features:
    """Clean, split and vectorize, one after the other, unless an earlier run did; return it mapped.

    Raises:
        DataError: If the papers cannot be learnt from: there are too few, say.
        StoppedError: If it was to stop.
        StorageError: If the disk refuses.
    """
    folder, cleaned, parts = corpus.prepared / _key(settings), None, None
    with enter("clean"):
        prepared = open_features(folder)
        if prepared is None:
            cleaned = clean_rows(corpus, settings.cleaning)
    with enter("split"):
        if cleaned is not None:
            parts = split_rows(corpus, cleaned, settings.split, settings.random_seed)
            share = settings.split.train_share
            parts = with_train_share(parts, cleaned, share, settings.random_seed)
    with enter("vectorize"):
        if cleaned is not None and parts is not None:
            _Preparation(corpus, settings, should_stop).write(folder, cleaned, parts)
            prepared = open_features(folder)
            make_room(corpus.folder.parent, corpus.fingerprint)
        if prepared is None:
            raise StorageError(f"Could not read {folder}.", "Start the run again.")
        mark_used(folder)
        words = word_input(settings.model, prepared.vectorizer)
        return dataclasses.replace(prepared, train=dataclasses.replace(prepared.train, words=words))


@dataclass(frozen=True)
class _Preparation:
    """Makes the features of a corpus in a folder."""

    corpus: Corpus
    settings: RunConfig
    should_stop: ShouldStop

    def write(self, target: Path, cleaned: Cleaned, parts: SplitRows) -> None:
        """Publish the features by one rename."""
        rows = {name: parts.of(side) for side, name in enumerate(SIDES)}
        masks = {name: mask_of(rows[name], self.corpus.n_papers) for name in SIDES}
        n_labels, labels = _by_training_count(cleaned.labels, masks["train"])
        if n_labels > limits().max_labels:
            raise DataError(
                f"The papers have {n_labels:,} distinct labels; a model learns at most "
                f"{limits().max_labels:,}.",
                "Use coarser labels or raise ARXIVTAG_MAX_LABELS.",
            )
        storage.sweep(target.parent, older_than_s=_LEFTOVER_S)
        _forget_oldest(target.parent)
        with storage.publish_folder(target) as folder:
            for name in SIDES:
                part, of_part = storage.make_folder(folder / name), labels.of(masks[name])
                write_array(part / "labels", of_part.codes)
                write_array(part / "label_indptr", of_part.indptr)
            scratch = storage.make_folder(folder / "scratch")
            tokens = self._tokens(scratch)
            fitted = self._fitted(tokens, masks["train"])
            y_train = multi_hot(labels.of(masks["train"]), labels.label_names[:n_labels])
            fitted = self._within_budget(scratch, tokens, fitted, rows["train"], y_train)
            self._write_rows(folder, tokens, fitted, rows)
            storage.remove_folder(scratch)
            write_array(folder / "idf", fitted.vectorizer.idf)
            terms = pa.table({"term": fitted.vectorizer.vocabulary})
            with pa.ipc.new_file(str(folder / "vocabulary.arrow"), terms.schema) as file:
                file.write_table(terms)
            write_report(
                folder,
                FORMAT_VERSION,
                vectorizer=to_dict(self.settings.vectorizer),
                n_labels=n_labels,
                label_names=list(labels.label_names),
                reports={
                    "cleaning": dataclasses.asdict(cleaned.report),
                    "split": dataclasses.asdict(parts.report),
                },
            )

    def _tokens(self, scratch: Path) -> Tokens:
        """Return the tokens of what the model reads: with titles, they are made for this once."""
        if self.settings.text_fields == "abstract":
            return map_tokens(self.corpus.folder / "tokens")
        everything = np.ones(self.corpus.n_papers, dtype=bool)
        tokens = storage.make_folder(scratch / "tokens")
        write_tokens(tokens, self._texts(everything))
        return map_tokens(tokens)

    def _texts(self, papers: NDArray[np.bool_]) -> Iterator[list[str]]:
        """Yield what the model reads of some papers, batch by batch."""
        for table in texts.batches(self.corpus, papers, [TITLE, ABSTRACT]):
            if self.should_stop():
                raise StoppedError
            titles, abstracts = (column.to_pylist() for column in table.columns)
            yield [
                normalize_text(join_text(title, abstract, self.settings.text_fields))
                for title, abstract in zip(titles, abstracts, strict=True)
            ]

    def _fitted(self, tokens: Tokens, papers: NDArray[np.bool_]) -> Fitted:
        max_tokens = self.settings.vectorizer.max_tokens
        if max_tokens is None:  # as in the Keras example
            words: set[str] = set()
            for batch in self._texts(papers):
                words |= distinct_words(batch)
            max_tokens = len(words)
        return fit(tokens, papers, self.settings.vectorizer, max_tokens)

    def _within_budget(
        self,
        scratch: Path,
        tokens: Tokens,
        fitted: Fitted,
        train: NDArray[np.int64],
        y_true: NDArray[np.bool_],
    ) -> Fitted:
        """Return what keeps n-grams within the budget: those that tell most of labels."""
        budget = self.settings.vectorizer.budget(len(train))
        if budget is None or len(fitted.vectorizer) <= budget:
            return fitted
        storage.make_folder(scratch / "train")
        self._write_rows(scratch, tokens, fitted, {"train": train})
        rows = _map_rows(scratch / "train", fitted.vectorizer)
        return fitted.limited(most_telling(rows, y_true, budget))

    def _write_rows(
        self, folder: Path, tokens: Tokens, fitted: Fitted, rows: dict[str, NDArray[np.int64]]
    ) -> None:
        """Write the TF-IDF rows of some splits while the tokens are read once."""
        writers = {name: _RowWriter(folder / name) for name in rows}
        for first, last in tokens.parts():
            if self.should_stop():
                raise StoppedError
            part = fitted.transform(tokens, first, last)
            for name, papers in rows.items():
                start, stop = np.searchsorted(papers, [first, last])
                writers[name].add(part.take(papers[start:stop] - first))
        for name, writer in writers.items():
            writer.close()
            write_array(folder / name / "papers", rows[name])


def _key(settings: RunConfig) -> str:
    """Return a name for what decides the features of a corpus, 32 hex digits."""
    parts = [
        to_dict(settings.cleaning),
        to_dict(settings.split),
        to_dict(settings.vectorizer),
        settings.text_fields,
        settings.random_seed,
        CORPUS_FORMAT,  # what a corpus of another format was understood to hold may differ
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:_KEY_LENGTH]


def _by_training_count(labels: LabelIndex, train: NDArray[np.bool_]) -> tuple[int, LabelIndex]:
    """Return how many labels training papers have, and the index with these first.

    They are ordered by falling count there, equal counts by name.
    """
    names, counts = labels.label_names, labels.of(train).counts
    order = sorted(range(len(names)), key=lambda code: (-counts[code], names[code]))
    place = np.empty(len(names), dtype=np.int32)
    place[order] = np.arange(len(names), dtype=np.int32)
    ordered = tuple(names[code] for code in order)
    return int((counts > 0).sum()), dataclasses.replace(
        labels, label_names=ordered, codes=place[labels.codes]
    )


class _RowWriter:
    """Writes sparse rows part by part; closed, it writes where each row begins."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._indices, self._data = ArrayWriter(folder / "indices"), ArrayWriter(folder / "data")
        self._sizes = [np.zeros(1, dtype=np.int64)]
        self._words: ArrayWriter | None = None

    def add(self, rows: SparseRows) -> None:
        self._indices.add(rows.indices)
        self._data.add(rows.data)
        self._sizes.append(np.diff(rows.indptr))
        if rows.words is not None:
            self._words = self._words or ArrayWriter(self._folder / "words")
            self._words.add(rows.words.ravel())

    def close(self) -> None:
        self._indices.close()
        self._data.close()
        if self._words is not None:
            self._words.close()
        write_array(self._folder / "indptr", np.cumsum(np.concatenate(self._sizes)))


def open_features(folder: Path) -> Features | None:
    """Return the features in a folder; None if there are none that can be used."""
    about = sound_report(folder, FORMAT_VERSION)
    if about is None:
        return None
    try:
        with pa.memory_map(str(folder / "vocabulary.arrow")) as source:
            vocabulary = pa.ipc.open_file(source).read_all().column(0).combine_chunks()
        config = from_dict(VectorizerConfig, about["vectorizer"])
        vectorizer = Vectorizer(vocabulary, map_array(folder / "idf", np.float32), config)
        names, n_labels = tuple(about["label_names"]), about["n_labels"]
        train, val, test = (_map_part(folder / side, vectorizer, names, n_labels) for side in SIDES)
    except (OSError, KeyError, ValueError, TypeError, ConfigError, pa.ArrowException):
        return None
    return Features(vectorizer, names[:n_labels], train, val, test, about["reports"])


def _map_part(folder: Path, vectorizer: Vectorizer, names: tuple[str, ...], n_labels: int) -> Part:
    codes = map_array(folder / "labels", np.int32)
    indptr = map_array(folder / "label_indptr", np.int64)
    labels = LabelIndex(names, codes, indptr, (), np.empty(0, dtype=np.int32))
    papers = map_array(folder / "papers", np.int64)
    return Part(_map_rows(folder, vectorizer), multi_hot(labels, names[:n_labels]), papers, labels)


def _map_rows(folder: Path, vectorizer: Vectorizer) -> SparseRows:
    length = vectorizer.config.max_length_words
    return SparseRows(
        map_array(folder / "indptr", np.int64),
        map_array(folder / "indices", np.int32),
        map_array(folder / "data", np.float32),
        len(vectorizer),
        None if length is None else map_array(folder / "words", np.int32).reshape(-1, length),
    )


def multi_hot(labels: LabelIndex, label_names: Sequence[str]) -> NDArray[np.bool_]:
    """Return ``(n_papers, n_labels)`` which of ``label_names`` each paper has."""
    y_true = np.zeros((len(labels), len(label_names)), dtype=np.bool_)
    y_true[labels.among(label_names)] = True
    return y_true


def _forget_oldest(folder: Path) -> None:
    """Remove prepared features out of use longest, so that one more is within the most kept."""
    kept: dict[Path, float] = {}
    for report in folder.glob(f"{'?' * _KEY_LENGTH}/{REPORT_NAME}"):  # not the map of the papers
        with contextlib.suppress(OSError):
            kept[report.parent] = report.stat().st_mtime
    for old in sorted(kept, key=lambda path: kept[path], reverse=True)[MAX_KEPT - 1 :]:
        with contextlib.suppress(StorageError):
            storage.remove_folder(old)
