"""Texts to words, by the rule of Keras' ``TextVectorization`` and so of the whole product.

``A-Z`` become lower case, the 32 ASCII punctuation characters are deleted, and text is
split at ASCII white space (space, ``\t \n \v \f \r``). All other characters stay as
they are: neither ``É`` nor ``U+00A0`` is touched.

The work is done on one byte buffer a chunk by table look-ups and Arrow's hash
kernels, which release the GIL, so that chunks run on all cores.
"""

from __future__ import annotations

import math
import os
import string
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# The bytes 0xFE and 0xFF never occur in UTF-8, so they can mark gaps between words and texts.
_WORD_GAP, _TEXT_GAP = 0xFE, 0xFF
_WHITE_SPACE = b" \t\n\v\f\r"
_PUNCTUATION = string.punctuation.encode("ascii")
_TABLE = bytes.maketrans(
    string.ascii_uppercase.encode("ascii") + _WHITE_SPACE,
    string.ascii_lowercase.encode("ascii") + bytes([_WORD_GAP]) * len(_WHITE_SPACE),
)
# Python's own rules for ASCII: str.split() also splits at the control characters 0x1C to 0x1F.
_PYTHON_WHITE_SPACE = _WHITE_SPACE + b"\x1c\x1d\x1e\x1f"
_PYTHON_TABLE = bytes.maketrans(
    string.ascii_uppercase.encode("ascii") + _PYTHON_WHITE_SPACE,
    string.ascii_lowercase.encode("ascii") + bytes([_WORD_GAP]) * len(_PYTHON_WHITE_SPACE),
)
# One chunk's buffers stay within some tens of MB, and there are enough chunks for all cores.
_CHUNK_CHARS = 4_000_000
# Within 1 % up to 10 million distinct words, in 17 MB. A prime: similar words fall far apart.
_N_PLACES = 16_777_213

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Words:
    """Texts as words: each word a number into a dictionary.

    Attributes:
        codes: ``(n_words,)`` int32, the words of all texts in order.
        indptr: ``(n_texts + 1,)`` int64; text ``i`` holds ``codes[indptr[i]:indptr[i + 1]]``.
    """

    codes: NDArray[np.int32]
    indptr: NDArray[np.int64]
    dictionary: pa.StringArray


def count_spaced_words(text: str) -> int:
    """Return the words of a text as the Keras example counts them: ``len(text.split(" "))``.

    Line breaks do not separate words there, and an empty text has one.
    """
    return text.count(" ") + 1


def distinct_words(texts: Sequence[str]) -> set[str]:
    """Return the distinct words after ``.lower().split()``, whose number the Keras example takes.

    This is Python's lower-casing and white space, punctuation kept: unlike the
    words of the vocabulary itself.
    """
    # In plain ASCII Python's rules are a byte table, which is quicker; the rest goes word by word.
    ascii_texts = [text for text in texts if text.isascii()]
    parts = map_threads(_split_ascii_words, chunks(ascii_texts))
    distinct: set[str] = set(pc.unique(pa.concat_arrays(list(parts))).to_pylist())
    for text in texts:
        if not text.isascii():
            distinct.update(text.lower().split())
    return distinct


class DistinctWords:
    """Counts the words of :func:`distinct_words` over any number of texts in bounded memory.

    The count is an estimate from how many of many places no word falls on (linear counting:
    Whang, Vander-Zanden & Taylor 1990, "A linear-time probabilistic counting algorithm").
    """

    def __init__(self) -> None:
        self._is_taken = np.zeros(_N_PLACES, dtype=np.bool_)

    def add(self, texts: Sequence[str]) -> None:
        """Count the words of more texts."""
        words = (word.encode("utf-8", "replace") for word in distinct_words(texts))
        self._is_taken[[zlib.crc32(word) % _N_PLACES for word in words]] = True

    def __len__(self) -> int:
        n_free = _N_PLACES - int(np.count_nonzero(self._is_taken))
        return round(_N_PLACES * math.log(_N_PLACES / max(n_free, 1)))


def _split_ascii_words(texts: Sequence[str]) -> pa.StringArray:
    joined = b" ".join(text.encode("ascii") for text in texts).translate(_PYTHON_TABLE)
    return _encode_words(joined)[0].dictionary


def split_words(texts: Sequence[str]) -> Words:
    """Return the words of ``texts`` by the rules above."""
    parts = list(map_threads(split_chunk, chunks(texts)))
    if len(parts) == 1:
        return parts[0]
    coded = pa.concat_arrays([part.dictionary for part in parts]).dictionary_encode()
    renumber = coded.indices.to_numpy(zero_copy_only=False)
    borders = np.cumsum([0] + [len(part.dictionary) for part in parts])
    codes = np.concatenate(
        [renumber[start:][part.codes] for start, part in zip(borders, parts, strict=False)]
    )
    return Words(codes, stack_indptr([part.indptr for part in parts]), coded.dictionary)


def chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield ``texts`` in slices of about a fixed number of characters; at least one slice."""
    start, chars = 0, 0
    for number, text in enumerate(texts):
        chars += len(text)
        if chars >= _CHUNK_CHARS:
            yield texts[start : number + 1]
            start, chars = number + 1, 0
    if start < len(texts) or start == 0:
        yield texts[start:]


def map_threads(
    function: Callable[[Item], Result], items: Iterable[Item]
) -> Generator[Result, None, None]:
    """Map in threads, in order; a single item runs in the calling thread.

    Closed before its end, it begins no further item.
    """
    todo = list(items)
    workers = min(len(todo), os.cpu_count() or 1)
    if workers <= 1:
        yield from map(function, todo)
        return
    pool = ThreadPoolExecutor(workers)
    try:
        yield from pool.map(function, todo)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _encode_words(joined: bytes) -> tuple[pa.DictionaryArray, NDArray[np.int64]]:
    """Return the words between gap bytes, dictionary-encoded, and the byte where each starts."""
    content = np.frombuffer(joined, dtype=np.uint8)
    is_letter = np.zeros(len(content) + 2, dtype=np.int8)
    np.less(content, _WORD_GAP, out=is_letter[1:-1].view(np.bool_))
    edges = np.flatnonzero(is_letter[1:] != is_letter[:-1])
    starts, lengths = edges[0::2], edges[1::2] - edges[0::2]
    offsets = np.zeros(len(starts) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    letters = content[is_letter[1:-1].view(np.bool_)]
    words = pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(letters))
    return words.dictionary_encode(), starts


def split_chunk(texts: Sequence[str]) -> Words:
    """Return the words of a few texts, in the calling thread."""
    # A lone surrogate cannot be UTF-8: it becomes "?", which is punctuation.
    encoded = [text.encode("utf-8", "replace") for text in texts]
    joined = bytes([_TEXT_GAP]).join(encoded).translate(_TABLE, _PUNCTUATION)
    coded, starts = _encode_words(joined)
    content = np.frombuffer(joined, dtype=np.uint8)
    text_ends = np.append(np.flatnonzero(content == _TEXT_GAP), len(content))
    indptr = np.zeros(len(texts) + 1, dtype=np.int64)
    if len(texts):
        indptr[1:] = np.searchsorted(starts, text_ends)
    return Words(coded.indices.to_numpy(zero_copy_only=False), indptr, coded.dictionary)


def stack_indptr(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    lengths = np.concatenate([np.diff(part) for part in parts])
    indptr = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=indptr[1:])
    return indptr
