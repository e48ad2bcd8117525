"""Reads a source once, streaming, into the folder of a corpus.

Rows first go to a scratch file (:class:`Staging`). Then, batch by batch, texts are
normalised and written to ``papers.parquet``, and words, shingles and hashes are taken from them;
what needs all papers (labels, bigrams, duplicates) comes before or after that. Memory holds a
few numbers per paper, one batch of texts, and the dictionary.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from arxivtag import storage
from arxivtag.callbacks import OnProgress, ShouldStop, StoppedError
from arxivtag.config import limits
from arxivtag.corpus.apart import text_bytes
from arxivtag.corpus.arrays import Ints, Rows, map_array, write_array
from arxivtag.corpus.kept import write_report
from arxivtag.corpus.labels import LabelIndex, index_labels
from arxivtag.corpus.near import SignatureWriter
from arxivtag.corpus.tokens import WordWriter, write_bigrams, write_counts
from arxivtag.errors import DataError
from arxivtag.papers.dates import DateReading, Dates, dates_of, understood_dates
from arxivtag.papers.label_columns import LabelsRead, read_labels
from arxivtag.papers.labels import LabelReading
from arxivtag.papers.reading.readers import as_frame
from arxivtag.papers.reading.tables import empty_table
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE, ReadReport
from arxivtag.papers.source import UPLOAD
from arxivtag.papers.sources import OpenedSource
from arxivtag.papers.text_checks import count_notes, note_on
from arxivtag.papers.texts import missing_notes, normalize_text, without_missing
from arxivtag.papers.words import DistinctWords, count_spaced_words, split_words

FORMAT_VERSION = 5
ROWS_PER_BATCH = 16_384
# Papers in a row group of papers.parquet: one paper is read with those of its group.
_PAPERS_IN_GROUP = 4_096
# How much of an ingest is done when each stage begins, as measured on 430,000 papers.
_LABELS_AT, _TEXTS_AT, _PAIRS_AT, _TOKENS_AT = 0.18, 0.19, 0.74, 0.77


@dataclass(frozen=True)
class CorpusReport:
    """What an ingest noted.

    Attributes:
        text_notes: How many abstracts are withdrawn notices, not English and so on.
        synthetic: Whether a program wrote the texts.
        n_spaced_words: Distinct words of all abstracts with their punctuation, within 1 %.
    """

    read: ReadReport
    labels_read: LabelReading
    dates_read: DateReading
    text_notes: dict[str, int]
    synthetic: bool
    n_spaced_words: int


@dataclass(frozen=True)
class IngestJob:
    """One ingest: what is read, where it goes, and who is told.

    Attributes:
        folder: The empty folder that becomes the corpus.
    """

    opened: OpenedSource
    folder: Path
    progress: OnProgress
    should_stop: ShouldStop


class Staging:
    """A sink that keeps rows in an Arrow file, in batches of :data:`ROWS_PER_BATCH` or more.

    How labels are written can only be told from the whole column, and a file may have to be read
    twice, so that nothing is worked on before all rows are there.
    """

    def __init__(self, job: IngestJob) -> None:
        self._job, self._path = job, job.folder / "scratch" / "rows.arrow"
        self._expected_bytes = max(text_bytes(job.opened), 1)
        self.n_rows = self._n_bytes = 0
        self._waiting: list[pa.RecordBatch] = []
        self._n_waiting = 0
        self._file: pa.RecordBatchFileWriter | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows.

        Raises:
            StoppedError: If it is to stop.
        """
        if self._job.should_stop():
            raise StoppedError
        self._waiting.append(batch)
        self._n_waiting += batch.num_rows
        self.n_rows += batch.num_rows
        self._n_bytes += batch.nbytes
        if self._n_waiting >= ROWS_PER_BATCH:
            self._write()
            share = min(self._n_bytes / self._expected_bytes, 1.0)
            self._job.progress(f"Reading: {self.n_rows:,} rows", _LABELS_AT * share)

    def start_over(self) -> None:
        """Forget all rows."""
        self.close()
        self._path.unlink(missing_ok=True)
        self.n_rows, self._n_bytes, self._file = 0, 0, None

    def close(self) -> None:
        """Write what is waiting and close the file; it can be read from then on."""
        if self._waiting:
            self._write()
        if self._file is not None:
            self._file.close()

    def _write(self) -> None:
        table = pa.Table.from_batches(self._waiting).combine_chunks()
        if self._file is None:
            self._file = pa.ipc.new_file(
                str(self._path), table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")
            )
        self._file.write_table(table)
        self._waiting, self._n_waiting = [], 0

    def batches(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the rows of some columns, batch by batch, in order."""
        if self._file is None:
            return
        with pa.OSFile(str(self._path)) as source:
            names = pa.ipc.open_file(source).schema.names
            options = pa.ipc.IpcReadOptions(included_fields=[names.index(name) for name in columns])
            reader = pa.ipc.open_file(source, options=options)
            for number in range(reader.num_record_batches):
                yield pa.Table.from_batches([reader.get_batch(number)]).select(list(columns))

    def frame(self, columns: Sequence[str]) -> pd.DataFrame:
        return as_frame(pa.concat_tables([empty_table(columns), *self.batches(columns)]))


def ingest(job: IngestJob) -> None:
    """Fill the folder of a corpus.

    Raises:
        DataError: If the source cannot be used.
        StoppedError: If it was to stop.
        StorageError: If the disk refuses.
    """
    opened, scratch = job.opened, storage.make_folder(job.folder / "scratch")
    with contextlib.closing(Staging(job)) as rows:
        read = opened.read(rows)
        rows.close()
        job.progress("Reading the labels", _LABELS_AT)
        labels, n_missing = _labels(opened, rows)
        n_papers = int(labels.labels.notna().sum())
        with contextlib.closing(SignatureWriter(scratch, n_papers)) as signatures:
            texts = _write_texts(job, rows, labels, signatures)
            missing = missing_notes({**texts.n_missing, LABELS: n_missing})
            notes = (*read.notes, *opened.choice.notes, *missing, *labels.notes)
            if not n_papers:
                raise DataError(
                    " ".join((f"{opened.name} holds no papers that can be used.", *notes)),
                    "Check which columns hold the abstract and the labels.",
                )
            _write_arrays(job.folder, texts)
            _write_pairs(job, texts)
    _write_labels(job.folder, index_labels(labels.labels.dropna().tolist()))
    _write_tokens(job, texts.n_distinct_words)
    storage.remove_folder(scratch)
    report = CorpusReport(
        ReadReport(read.n_rows_read, read.n_rows_skipped + labels.n_skipped, notes),
        labels.reading,
        understood_dates(list(opened.choice.extras.values()), np.concatenate(texts.dates)),
        count_notes(texts.notes),
        opened.is_synthetic,
        len(texts.spaced_words),
    )
    upload = str(opened.source) if opened.source.kind == UPLOAD else ""
    about = {"n_papers": n_papers, "upload": upload, "report": dataclasses.asdict(report)}
    write_report(job.folder, FORMAT_VERSION, **about)


def _labels(opened: OpenedSource, staged: Staging) -> tuple[LabelsRead, int]:
    """Return the labels of all rows, and how many cells held a word for nothing."""
    choice = opened.choice
    table = staged.frame(choice.label_columns)
    n_missing = 0
    for name in choice.label_columns:
        table[name], n = without_missing(table[name])
        n_missing += n
    column, separator = choice.columns[LABELS], opened.layout.label_separator
    read = read_labels(table, choice.label_columns, column, separator)
    return read, n_missing


@dataclass
class _Texts:
    """What is kept in memory of all texts: some numbers per paper, batch by batch.

    Attributes:
        titles: Hashes of titles, as ``abstracts`` of abstracts.
        is_changed: Whether normalising changed title or abstract.
        dates: When each paper appeared (:func:`arxivtag.papers.dates.date_of`).
        notes: What was noticed about abstracts, where something was.
        n_missing: Words for nothing, by what was counted.
        n_distinct_words: The size of the dictionary.
        spaced_words: Counts the distinct words of abstracts as the Keras example does.
    """

    signatures: SignatureWriter
    n_words: list[Ints] = field(default_factory=list)
    titles: list[Ints] = field(default_factory=list)
    abstracts: list[Ints] = field(default_factory=list)
    is_blank: list[Rows] = field(default_factory=list)
    is_changed: list[Rows] = field(default_factory=list)
    dates: list[Dates] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    n_missing: Counter[str] = field(default_factory=Counter)
    n_distinct_words: int = 0
    spaced_words: DistinctWords = field(default_factory=DistinctWords)

    def add(self, titles: list[str], abstracts: list[str]) -> None:
        """Take the next papers' texts."""
        n, most = len(titles), limits().max_abstract_chars
        self.n_words.append(np.fromiter(map(count_spaced_words, abstracts), np.int64, n))
        # Python's hash has a secret of this process: nobody can make two texts of one hash.
        self.titles.append(np.fromiter(map(hash, titles), np.int64, n))
        self.abstracts.append(np.fromiter(map(hash, abstracts), np.int64, n))
        self.spaced_words.add(abstracts)
        self.is_blank.append(np.fromiter((not text.strip() for text in abstracts), bool, n))
        self.notes += [note for text in abstracts if (note := note_on(text, most))]


def _write_texts(
    job: IngestJob, staged: Staging, labels: LabelsRead, signatures: SignatureWriter
) -> _Texts:
    """Write ``papers.parquet`` and the words, and return the numbers of all papers."""
    usable = labels.labels.notna().to_numpy()
    texts = _Texts(signatures)
    tokens = storage.make_folder(job.folder / "tokens")
    choice = job.opened.choice
    columns = {name: choice.columns.get(name) for name in (TITLE, ABSTRACT)} | choice.extras
    read = [name for name in dict.fromkeys(columns.values()) if name]
    done = 0
    with (
        ThreadPoolExecutor(1) as other_core,
        contextlib.closing(WordWriter(tokens)) as words,
        _papers_file(job) as file,
    ):
        for table in staged.batches(read):
            share = done / max(staged.n_rows, 1)
            job.progress("Looking at the texts", _TEXTS_AT + (_PAIRS_AT - _TEXTS_AT) * share)
            stop = done + table.num_rows
            rows = labels.labels.iloc[done:stop]
            frame = as_frame(table.filter(pa.array(usable[done:stop])))
            papers = _papers_of(frame, columns, texts)
            texts.dates.append(np.array(dates_of(frame, choice.extras), np.int32))
            signed = other_core.submit(texts.signatures.add, papers[ABSTRACT])
            cells = {name: pa.array(column, pa.large_string()) for name, column in papers.items()}
            cells[LABELS] = pa.array(rows.dropna().tolist(), _LABELS_TYPE)
            written = other_core.submit(file.write_table, pa.table(cells), _PAPERS_IN_GROUP)
            texts.add(papers[TITLE], papers[ABSTRACT])
            words.add(split_words(papers[ABSTRACT]))
            signed.result()
            written.result()
            done = stop
            pa.default_memory_pool().release_unused()
            if job.should_stop():
                raise StoppedError
        words.finish()
        texts.n_distinct_words = len(words)
    return texts


def _papers_file(job: IngestJob) -> pq.ParquetWriter:
    names = [TITLE, ABSTRACT, *job.opened.choice.extras]
    schema = pa.schema([*((name, pa.large_string()) for name in names), (LABELS, _LABELS_TYPE)])
    path = job.folder / "papers.parquet"
    # A search unpacks all texts: half again as large as with zstd, in two thirds of the time.
    return pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=[LABELS])


_LABELS_TYPE = pa.list_(pa.string())


def _papers_of(
    frame: pd.DataFrame, columns: dict[str, str | None], texts: _Texts
) -> dict[str, list[Any]]:
    """Return the normalised texts of a batch by field, and count what is known of them."""
    papers: dict[str, list[Any]] = {}
    is_changed = np.zeros(len(frame), dtype=bool)
    for name, column in columns.items():
        if column is None:
            papers[name] = [""] * len(frame)
        elif name in (TITLE, ABSTRACT):
            cells, n_missing = without_missing(frame[column])
            texts.n_missing[f"{name}s"] += n_missing
            before = cells.tolist()
            papers[name] = [normalize_text(text) for text in before]
            pairs = zip(papers[name], before, strict=True)
            is_changed |= np.fromiter((a is not b and a != b for a, b in pairs), bool)
        else:
            papers[name] = frame[column].tolist()
    texts.is_changed.append(is_changed)
    return papers


def _write_arrays(folder: Path, texts: _Texts) -> None:
    """Write one number per paper: lengths, flags, and which earlier paper has the same text."""
    arrays = storage.make_folder(folder / "papers")
    for name, hashes in ((TITLE, texts.titles), (ABSTRACT, texts.abstracts)):
        write_array(arrays / f"first_of_{name}", _first_of_each(np.concatenate(hashes)))
    write_array(arrays / "n_words", np.concatenate(texts.n_words))
    write_array(arrays / "is_blank", np.concatenate(texts.is_blank))
    write_array(arrays / "is_changed", np.concatenate(texts.is_changed))
    write_array(arrays / "dates", np.concatenate(texts.dates))
    write_array(arrays / "has_words", texts.signatures.has_words())


def _first_of_each(hashes: Ints) -> npt.NDArray[np.int32]:
    """Return (n,) the first row with the same hash; an empty text equals none but itself."""
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    is_empty = hashes == hash("")
    return np.where(is_empty, np.arange(len(hashes)), first[inverse]).astype(np.int32)


def _write_labels(folder: Path, index: LabelIndex) -> None:
    arrays = storage.make_folder(folder / "labels")
    storage.write_json(arrays / "names.json", {"label_names": list(index.label_names)})
    write_array(arrays / "codes", index.codes)
    write_array(arrays / "indptr", index.indptr)
    write_array(arrays / "combinations", index.combinations)
    # Of each combination, a paper that has it: its labels are the combination's.
    write_array(arrays / "examples", np.unique(index.combinations, return_index=True)[1])


def _write_pairs(job: IngestJob, texts: _Texts) -> None:
    job.progress("Looking for near-duplicates", _PAIRS_AT)
    first = map_array(job.folder / "papers" / f"first_of_{ABSTRACT}", np.int32)
    is_first = first == np.arange(len(first))
    pairs = texts.signatures.pairs(is_first, job.should_stop)
    if job.should_stop():
        raise StoppedError
    columns = {name: getattr(pairs, name) for name in ("first", "second", "similarity")}
    pq.write_table(pa.table(columns), job.folder / "groups.parquet")


def _write_tokens(job: IngestJob, n_words: int) -> None:
    job.progress("Counting words and bigrams", _TOKENS_AT)
    tokens = job.folder / "tokens"
    with ThreadPoolExecutor(1) as other_core:
        counted = other_core.submit(write_counts, tokens, "words", n_words)
        n_bigrams = write_bigrams(tokens)
        counted.result()
    if job.should_stop():
        raise StoppedError
    write_counts(tokens, "bigrams", n_bigrams)
