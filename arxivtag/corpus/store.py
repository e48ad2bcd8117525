"""Where corpora are kept: opened by source, ingested where they are not there yet.

``home/corpora/<fingerprint>/`` is a corpus, published by one rename, and ``<fingerprint>.lock``
its lock: held alone by the process that ingests or removes it, shared by those that use it. So
two processes do the work once, and a corpus in use stays. A process that was killed leaves
``.tmp-<fingerprint>`` behind, which the next ingest removes. What runs prepare from a corpus is
in folders of ``<fingerprint>.prepared/``.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from arxivtag import locks, storage
from arxivtag.callbacks import OnProgress, ShouldStop, never, unheard
from arxivtag.config import corpora_folder, home_folder, limits
from arxivtag.corpus import apart
from arxivtag.corpus.apart import ingest_apart
from arxivtag.corpus.arrays import Number, map_array
from arxivtag.corpus.ingest import FORMAT_VERSION, CorpusReport, IngestJob, ingest
from arxivtag.corpus.kept import REPORT_NAME, files_in, mark_used, sound_report
from arxivtag.corpus.labels import LabelIndex
from arxivtag.corpus.near import NearPairs
from arxivtag.corpus.tokens import Tokens, map_tokens
from arxivtag.errors import StorageError
from arxivtag.papers.dates import Dates, years_of
from arxivtag.papers.reading.readers import parts_of
from arxivtag.papers.schema import ABSTRACT, NOTHING_SAID, TITLE, Layout
from arxivtag.papers.sources import OpenedSource
from arxivtag.papers.uploads import is_stored
from arxivtag.storage import TEMPORARY_PREFIX

IngestLarge = Callable[[OpenedSource, Path, Callable[[], None]], None]
PREPARED_SUFFIX = ".prepared"
_GB = 1_000_000_000  # bytes
_WAIT_S = 0.2  # between two looks at a lock, after which a stop is heard


def _of_papers(name: str, kind: type[Number]) -> cached_property[npt.NDArray[Number]]:
    """Return a property of a corpus: a number of each paper, mapped when first asked for."""

    def read(corpus: Corpus) -> npt.NDArray[Number]:
        with storage.disk_errors("read", corpus.folder):  # somebody took the home folder away
            return map_array(corpus.folder / "papers" / name, kind)

    return cached_property(read)


class Corpus:
    """An ingested corpus, open: arrays are memory-mapped when they are first asked for.

    While it lives, it holds the lock of its folder, so that the folder stays.

    Attributes:
        source: What the person chose.
        fingerprint: 64 hex digits of content and reading.
    """

    def __init__(self, source: str, name: str, folder: Path, lock: int) -> None:
        about = storage.read_json(folder / REPORT_NAME)
        self.source, self.name, self.folder = source, name, folder
        self.fingerprint = folder.name
        self.n_papers: int = about["n_papers"]
        self.report = msgspec.convert(about["report"], CorpusReport)
        self.close = weakref.finalize(self, locks.release, lock)

    @cached_property
    def labels(self) -> LabelIndex:
        """The labels of all papers."""
        folder = self.folder / "labels"
        names = tuple(storage.read_json(folder / "names.json")["label_names"])
        codes = map_array(folder / "codes", np.int32)
        indptr = map_array(folder / "indptr", np.int64)
        combinations = tuple(
            tuple(sorted(names[code] for code in codes[indptr[row] : indptr[row + 1]].tolist()))
            for row in map_array(folder / "examples", np.int64).tolist()
        )
        numbers = map_array(folder / "combinations", np.int32)
        return LabelIndex(names, codes, indptr, combinations, numbers)

    @cached_property
    def tokens(self) -> Tokens:
        """The words and bigrams of all abstracts."""
        return map_tokens(self.folder / "tokens")

    # (n_papers,) words of the abstract, counted as the Keras example does
    n_words = _of_papers("n_words", np.int64)
    # (n_papers,) the first paper with the same title; a paper without one is its own
    first_of_title = _of_papers(f"first_of_{TITLE}", np.int32)
    # (n_papers,) the first paper with the same abstract
    first_of_abstract = _of_papers(f"first_of_{ABSTRACT}", np.int32)
    # (n_papers,) when the paper appeared, as far as it is known: see papers/dates.py
    dates = _of_papers("dates", np.int32)
    # (n_papers,) whether the abstract holds nothing but white space
    is_blank = _of_papers("is_blank", np.bool_)
    # (n_papers,) whether normalising changed title or abstract
    is_changed = _of_papers("is_changed", np.bool_)
    # (n_papers,) whether the abstract holds a letter or digit
    has_words = _of_papers("has_words", np.bool_)

    @property
    def years(self) -> Dates:
        """(n_papers,) the year of each paper, or -1 if not known."""
        return years_of(self.dates)

    @cached_property
    def near_pairs(self) -> NearPairs:
        """The pairs of distinct abstracts that are nearly the same."""
        table = pq.read_table(self.folder / "groups.parquet")
        return NearPairs(*(table.column(name).to_numpy() for name in table.column_names))

    @property
    def papers_path(self) -> Path:
        """The Parquet file of texts and labels."""
        return self.folder / "papers.parquet"

    @property
    def prepared(self) -> Path:
        """The folder of what is made from it and can be made again: features, its map, scores."""
        return self.folder.with_name(self.fingerprint + PREPARED_SUFFIX)


def open_corpus(
    source: str,
    home: Path | None = None,
    *,
    layout: Layout = NOTHING_SAID,
    progress: OnProgress | None = None,
    should_stop: ShouldStop = never,
    ingest_large: IngestLarge = ingest_apart,
) -> Corpus:
    """Return the corpus of a source, ingested first if it is not there.

    Args:
        source: What :mod:`arxivtag.papers.source` describes.
        ingest_large: Lets another process ingest, as :func:`apart.ingest_apart` does.

    Raises:
        DataError: If the source is unknown or cannot be used.
        StoppedError: If it was to stop.
        StorageError: If the disk refuses.
    """
    home = home or home_folder()
    opened = OpenedSource(source, layout, home)
    root = storage.make_folder(corpora_folder(home))
    seen = root / f"{seen_key(opened)}.seen"
    fingerprint = _read_seen(seen)
    if not fingerprint or not is_sound(root / fingerprint):
        fingerprint = opened.fingerprint()
    work = _Work(opened, root / fingerprint, progress or unheard, should_stop, ingest_large)
    lock = work.locked()
    if _read_seen(seen) != fingerprint:
        storage.write_text(seen, fingerprint)
    mark_used(root / fingerprint)
    return Corpus(source, opened.name, root / fingerprint, lock)


def _ingest_asked(request: dict[str, Any], folder: Path, progress: OnProgress) -> None:
    """Ingest what :func:`apart.request_for` asks for, unless its corpus is there."""
    locks.release(_Work(apart.opened_from(request), folder, progress, never).locked())


@dataclass(frozen=True)
class _Work:
    """What is to be there: the corpus of a source, read by this process or by one of its own."""

    opened: OpenedSource
    folder: Path
    progress: OnProgress
    should_stop: ShouldStop
    ingest_large: IngestLarge | None = None  # None in the process of its own

    def locked(self) -> int:
        """Return the lock of the corpus, shared, when it is there and sound."""
        while True:
            lock = self._wait(shared=True)
            if is_sound(self.folder):
                return lock
            locks.release(lock)
            if self.ingest_large and apart.is_large(self.opened):
                try:
                    self.ingest_large(self.opened, self.folder, self._listen)
                except BaseException:
                    sweep(self.folder.parent)
                    raise
            else:
                self._ingest()
            if self.ingest_large:  # what it said of itself is gone by now
                self.progress("The papers are read", 1.0)
            make_room(self.folder.parent, self.folder.name)

    def _wait(self, *, shared: bool) -> int:
        path = self.folder.with_name(f"{self.folder.name}.lock")
        while (lock := locks.try_acquire(path, _WAIT_S, shared=shared)) is None:
            self._listen()
        return lock

    def _listen(self) -> None:
        """Tell how far another process is, and hear whether to stop."""
        if self.ingest_large:  # in a process of its own, who started it follows the other one
            reading = f"Reading {self.opened.name}"
            apart.follow(self.folder, reading, self.progress, self.should_stop)

    def _ingest(self) -> None:
        """Ingest alone: nobody else works at this corpus meanwhile."""
        root, name = self.folder.parent, self.folder.name
        lock = self._wait(shared=False)
        try:
            if is_sound(self.folder):
                return
            sweep(root, but=name)
            apart.check_room(self.opened, root)
            with storage.publish_folder(self.folder, f"{TEMPORARY_PREFIX}{name}") as folder:
                ingest(IngestJob(self.opened, folder, self.progress, self.should_stop))
        except pa.ArrowException as error:
            raise StorageError(
                f"Could not write into {self.folder}: {str(error).splitlines()[0][:200]}.",
                "Free some space, or set ARXIVTAG_HOME to another folder.",
            ) from error
        finally:
            with contextlib.suppress(OSError):
                apart.noted_at(self.folder).unlink()
            locks.release(lock)


def is_sound(folder: Path) -> bool:
    """Return whether a folder holds a whole corpus of this version's format."""
    return sound_report(folder, FORMAT_VERSION) is not None


def sweep(root: Path, but: str = "") -> None:
    """Remove what killed ingests left behind."""
    for folder in root.glob(f"{TEMPORARY_PREFIX}*"):
        fingerprint = folder.name.removeprefix(TEMPORARY_PREFIX)[:64]
        if fingerprint != but:
            _alone(root, fingerprint, partial(shutil.rmtree, folder))
    for file in root.glob(f"*{apart.PROGRESS_SUFFIX}"):
        if file.stem != but:
            _alone(root, file.stem, file.unlink)
    for file in root.glob(f"*{apart.ASKED_SUFFIX}"):
        if not locks.is_held(file):  # who asked is gone, and what was asked for is done
            _alone(root, file.name[:64], file.unlink)


def forget_deleted_uploads(home: Path) -> None:
    """Remove the corpora of uploads that are no longer there, unless somebody uses them now."""
    root = corpora_folder(home)
    for report in root.glob(f"*/{REPORT_NAME}"):
        with contextlib.suppress(StorageError):
            upload = storage.read_json(report).get("upload")
            if upload and not is_stored(upload, home):
                _alone(root, report.parent.name, partial(_forget, root, report.parent.name))


def _forget(root: Path, fingerprint: str) -> None:
    for folder in (root / fingerprint, root / f"{fingerprint}{PREPARED_SUFFIX}"):
        with contextlib.suppress(StorageError):  # nothing was prepared from it
            storage.remove_folder(folder)


def make_room(root: Path, newest: str = "") -> None:
    """Remove what is out of use longest, beyond ``ARXIVTAG_MAX_STORE_GB`` in all.

    These are corpora, and features prepared from them. A run that has mapped its features keeps
    them to its end.
    """
    used_at: dict[Path, float] = {}
    sizes: dict[Path, int] = {}
    for pattern in (f"*/{REPORT_NAME}", f"*{PREPARED_SUFFIX}/*/{REPORT_NAME}"):
        for report in root.glob(pattern):
            with contextlib.suppress(OSError):
                used_at[report.parent] = report.stat().st_mtime
                sizes[report.parent] = sum(size for size, _ in files_in(report.parent).values())
    total = sum(sizes.values())
    for folder in sorted(sizes, key=lambda path: used_at[path]):
        if total <= limits().max_store_gb * _GB:
            return
        if folder.name != newest and _removed(root, folder):
            total -= sizes[folder]


def _removed(root: Path, folder: Path) -> bool:
    """Remove a corpus that nobody uses, or prepared features; return whether that was done."""
    if folder.parent == root:
        return _alone(root, folder.name, partial(storage.remove_folder, folder))
    with contextlib.suppress(StorageError):
        storage.remove_folder(folder)
        return True
    return False


def _alone(root: Path, fingerprint: str, work: Callable[[], object]) -> bool:
    """Do ``work`` while nobody uses or ingests a corpus; return whether that was so."""
    lock = locks.try_acquire(root / f"{fingerprint}.lock")
    if lock is None:
        return False
    try:
        with contextlib.suppress(OSError):
            work()
    finally:
        locks.release(lock)
    return True


def seen_key(opened: OpenedSource) -> str:
    """Return a key of the files behind a source as they are now: name, size and time."""
    state: list[tuple[str, int, int]] = []
    with contextlib.suppress(OSError):  # reading it will say what is wrong
        parts = [(str(part.resolve()), part.stat()) for part in parts_of(opened.path)]
        state = [(path, one.st_size, one.st_mtime_ns) for path, one in parts]
    text = repr((state, str(opened.source), opened.layout))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _read_seen(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


if __name__ == "__main__":  # the process that ingests: its argument is the request
    sys.exit(apart.serve_request(_ingest_asked))
