"""The label space of a run: what the worker records of it, and how it is read.

``space.json`` holds the labels, in the order of the circle, and title and labels of each paper
shown. ``frames.bin`` holds one frame after another: the epoch (4 bytes) and the probability of
each label for each paper (a byte, see :func:`arxivtag.learning.space.to_bytes`). Both together
stay below 5 MB. :mod:`arxivtag.learning.space` says where that puts the papers.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arxivtag import storage
from arxivtag.corpus.store import Corpus
from arxivtag.corpus.texts import titles_at
from arxivtag.errors import StorageError
from arxivtag.learning.network import FloatArray
from arxivtag.learning.space import BoolArray, Bytes, Watch, new_watch, to_bytes
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.preparing import Features

MAX_BYTES = 4_500_000  # of the frames
MAX_TITLE_CHARS = 160


@dataclass(frozen=True, eq=False)
class Space:
    """Validation papers among the most frequent labels, frame by frame.

    Attributes:
        label_names: In the order of the circle.
        titles: Of each paper, shortened.
        paper_labels: Of each paper, as places in ``label_names``, in written order; at least one.
        epochs: ``(n_frames,)``, fractions in the middle of an epoch; they rise.
        packed: ``(n_frames, n_papers, n_labels)`` bytes, mapped from disk.
    """

    label_names: tuple[str, ...]
    titles: tuple[str, ...]
    paper_labels: tuple[tuple[int, ...], ...]
    epochs: FloatArray
    packed: Bytes

    @property
    def y_true(self) -> BoolArray:
        """Which labels each paper has, ``(n_papers, n_labels)``."""
        known = np.zeros((len(self.titles), len(self.label_names)), np.bool_)
        for paper, labels in enumerate(self.paper_labels):
            known[paper, list(labels)] = True
        return known

    @property
    def whole_epochs(self) -> NDArray[np.int64]:
        """The frames after an epoch."""
        return np.flatnonzero((self.epochs > 0) & (self.epochs == np.floor(self.epochs)))


def _frame_type(n_papers: int, n_labels: int) -> np.dtype[np.void]:
    return np.dtype([("epoch", "<f4"), ("packed", "u1", (n_papers, n_labels))])


class FrameWriter:
    """Appends frames; what an attempt before recorded of the same epochs and later goes first."""

    def __init__(self, folder: RunFolder, n_papers: int, n_labels: int) -> None:
        self._path, self._type = folder.frames, _frame_type(n_papers, n_labels)
        self._n_written: int | None = None

    def __call__(self, epoch: float, y_prob: FloatArray) -> None:
        """Write probabilities ``(n_papers, n_labels)``; nothing more once the file is full.

        Raises:
            StorageError: If the disk refuses.
        """
        if self._n_written is None:
            self._n_written = self._keep_before(epoch)
        if (self._n_written + 1) * self._type.itemsize > MAX_BYTES:
            return
        frame = np.zeros((), self._type)
        frame["epoch"], frame["packed"] = epoch, to_bytes(y_prob)
        storage.append_bytes(self._path, frame.tobytes())
        self._n_written += 1

    def _keep_before(self, epoch: float) -> int:
        content = self._path.read_bytes() if storage.is_file(self._path) else b""
        frames = np.frombuffer(content, self._type, len(content) // self._type.itemsize)
        kept = frames[frames["epoch"] < epoch]
        storage.write_bytes(self._path, kept.tobytes())
        return len(kept)


def begin_space(
    folder: RunFolder, corpus: Corpus, features: Features, random_seed: int
) -> Watch | None:
    """Write what does not change, and return what training shows its network to.

    Raises:
        StorageError: If the disk refuses.
    """
    watch = new_watch(features.train.y_true, features.val.y_true, random_seed)
    if watch is None:
        return None
    names = [features.label_names[label] for label in watch.labels]
    place = {name: number for number, name in enumerate(names)}
    lists = features.val.label_lists
    papers = [[place[name] for name in lists[row] if name in place] for row in watch.papers]
    titles = titles_at(corpus, features.val.papers[watch.papers])
    storage.write_json(
        folder.space,
        {
            "label_names": names,
            "titles": [title[:MAX_TITLE_CHARS] for title in titles],
            "paper_labels": papers,
        },
    )
    return dataclasses.replace(watch, record=FrameWriter(folder, len(papers), len(names)))


def read_space(folder: RunFolder) -> Space | None:
    """Return the label space of a run so far, or None if it recorded none.

    Raises:
        StorageError: If it is damaged.
    """
    if not storage.is_file(folder.space):
        return None
    about = storage.read_json(folder.space)
    try:
        names, titles = (tuple(map(str, about[key])) for key in ("label_names", "titles"))
        papers = tuple(tuple(map(int, labels)) for labels in about["paper_labels"])
        known = all(0 <= label < len(names) for labels in papers for label in labels)
        if not known or not all(papers) or len(papers) != len(titles):
            raise ValueError
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(f"{folder.space} holds no label space.", "Run it again.") from error
    frames = _map_frames(folder, _frame_type(len(titles), len(names)))
    return Space(names, titles, papers, frames["epoch"], frames["packed"])


def _map_frames(folder: RunFolder, kind: np.dtype[np.void]) -> NDArray[np.void]:
    try:
        n_frames = folder.frames.stat().st_size // kind.itemsize
        if n_frames:
            return np.memmap(folder.frames, kind, "r", shape=(n_frames,))
    except OSError:
        pass  # not there yet
    return np.empty(0, kind)
