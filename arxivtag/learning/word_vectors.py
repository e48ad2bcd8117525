"""The word vectors that come with the product, with which an embedding may begin.

``assets/word_vectors`` holds ``words.txt``, one word a line, ``vectors.npy``, ``(n_words, SIZE)``
int8, and ``scales.npy``, ``(n_words,)`` float32, by which each row is multiplied. They were
learned from abstracts without their labels by ``tools/make_word_vectors.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from arxivtag.config import WORD_VECTORS_FOLDER
from arxivtag.errors import ConfigError

SIZE = 128


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Words and their vectors, which are ``numbers * scales[:, None]``, each of length one."""

    words: tuple[str, ...]
    numbers: NDArray[np.int8]
    scales: NDArray[np.float32]


def load_word_vectors(folder: Path = WORD_VECTORS_FOLDER) -> WordVectors:
    """Return the vectors in a folder.

    Raises:
        ConfigError: If there are none.
    """
    if not (folder / "words.txt").is_file():
        raise ConfigError(
            "There are no word vectors here to begin with.",
            "Turn word_vectors off, or make them: python -m tools.make_word_vectors FILE.",
        )
    lines = (folder / "words.txt").read_text("utf-8")
    return WordVectors(
        tuple(lines.split("\n")[:-1]),
        np.load(folder / "vectors.npy"),
        np.load(folder / "scales.npy"),
    )


def vectors_of(words: Sequence[str], vectors: WordVectors) -> NDArray[np.float32]:
    """Return ``(n_words, SIZE)`` the vectors of words, zeros for words without one."""
    place = {word: number for number, word in enumerate(vectors.words)}
    found = np.array([place.get(word, -1) for word in words], dtype=np.int64)
    known = np.flatnonzero(found >= 0)
    table = np.zeros((len(words), SIZE), np.float32)
    table[known] = vectors.numbers[found[known]] * vectors.scales[found[known], None]
    return table
