"""Networks that read words in their order, as plain arrays: their forward pass without Keras.

All have one form: each word has a vector (the *embedding*), an *encoder* makes of a text's
vectors new ones that know of the words around, and of each of their numbers the largest over the
text goes through one dense layer to the labels. The kinds (:data:`KINDS`) differ in the encoder
alone, which Keras trains by the function of the same name in
:mod:`arxivtag.learning.engine.word_order`.

A *gap* stands where a text has ended, where a word is unknown, and where one was left out: it is
the number 0, its vector is zero, and what an encoder gives there is not looked at.

An embedding may begin with the vectors that come with the product. ``assets/word_vectors`` holds
``words.txt``, one word a line, ``vectors.npy``, ``(n_words, SIZE)`` int8, and ``scales.npy``,
``(n_words,)`` float32, by which each row is multiplied. They were learned from abstracts without
their labels by ``tools/make_word_vectors.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.config import WORD_VECTORS_FOLDER
from arxivtag.errors import ConfigError
from arxivtag.learning.features import WordInput
from arxivtag.settings import ModelConfig, WordKind

if TYPE_CHECKING:
    from arxivtag.learning.vectorizer import Vectorizer

FloatArray = NDArray[np.float32]
Numbers = NDArray[np.integer]
Weights = Mapping[str, FloatArray]  # by the names that Keras' layers and variables have
Shapes = dict[str, tuple[int, ...]]

SIZE = 128  # of a word's vector
WIDTHS = (1, 2, 3, 5)  # words that a filter of the cnn sees
N_BLOCKS, N_HEADS = 1, 4  # of the transformer
NORM_EPSILON = 1e-6
_DIRECTIONS = ("forward", "backward")  # of the lstm
_BLOCK_TEXTS = 32  # read at once: bounds memory
_FAR_BELOW = np.float32(-1e9)


@dataclass(frozen=True)
class WordShape:
    """What decides the sizes of a network that reads words in order.

    Attributes:
        n_units: The encoder's size: what each kind makes of it stands in its function.
        n_words: Words that have a vector.
        length: Words of a text that are read.
        n_labels: Outputs.
    """

    kind: WordKind
    n_units: int
    n_words: int
    length: int
    n_labels: int

    def encoder_shapes(self) -> Shapes:
        """Return the shape of each weight of the encoder."""
        return KINDS[self.kind].shapes(self)

    def shapes(self) -> Shapes:
        """Return the shape of each weight but the embedding's, ``(n_words + 1, SIZE)``."""
        n_encoded = KINDS[self.kind].n_outputs(self.n_units)
        output = {"labels_kernel": (n_encoded, self.n_labels), "labels_bias": (self.n_labels,)}
        return self.encoder_shapes() | output


def word_input(config: ModelConfig, vectorizer: Vectorizer) -> WordInput | None:
    """Return what a network of these settings is given; None where it reads no order."""
    length = vectorizer.config.max_length_words
    if config.word_order == "none" or length is None:
        return None
    words = vectorizer.terms.word_number
    vectors = vectors_of(list(words), load_word_vectors()) if config.word_vectors else None
    return WordInput(len(words), length, vectors)


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


@dataclass(frozen=True, eq=False)
class WordBranch:
    """A trained network that reads words in order.

    Attributes:
        embedding: ``(n_words + 1, SIZE)`` int8 or float32: the gap, then each word's vector.
        scale: ``(n_words + 1,)`` float32, by which each row is multiplied; None for float32.
        weights: All others, float32.
    """

    shape: WordShape
    embedding: NDArray[Any]
    scale: FloatArray | None
    weights: Weights

    def vectors(self, numbers: Numbers) -> FloatArray:
        """Return the vectors of words, ``(len(numbers), SIZE)``; no others are read."""
        vectors = self.embedding[numbers].astype(np.float32, copy=False)
        return vectors if self.scale is None else vectors * self.scale[numbers, None]


def word_logits(branch: WordBranch, words: Numbers) -> FloatArray:
    """Return the logits of texts, ``(n_texts, n_labels)`` float32.

    ``words`` are ``(n_texts, n)``, 0 for a gap, else 1 plus the word's number; those beyond the
    network's length are not read.
    """
    result = np.empty((len(words), branch.shape.n_labels), np.float32)
    for start in range(0, len(words), _BLOCK_TEXTS):
        block = slice(start, start + _BLOCK_TEXTS)
        result[block] = _block_logits(branch, words[block, : branch.shape.length])
    return result


def _block_logits(branch: WordBranch, words: Numbers) -> FloatArray:
    is_word = np.asarray(words > 0, dtype=np.bool_)
    n_read = int(np.flatnonzero(is_word.any(axis=0)).max(initial=0)) + 1
    is_word = is_word[:, :n_read]
    # Texts have many words in common: each is looked up and multiplied once.
    distinct, places = np.unique(words[:, :n_read], return_inverse=True)
    places = places.reshape(is_word.shape)
    kind = KINDS[branch.shape.kind]
    encoded = kind.encode(branch.vectors(distinct), places, is_word, branch.weights)
    np.putmask(encoded, np.broadcast_to(~is_word[..., None], encoded.shape), _FAR_BELOW)
    pooled = np.where(is_word.any(axis=1, keepdims=True), encoded.max(axis=1), np.float32(0))
    return np.asarray(
        pooled @ branch.weights["labels_kernel"] + branch.weights["labels_bias"], np.float32
    )


# An encoder takes the vectors of distinct words, (n_distinct, SIZE), which of them stands where,
# (n_texts, n_read), where there is no gap, and weights; it gives (n_texts, n_read, n_outputs).
Encoder = Callable[[FloatArray, Numbers, NDArray[np.bool_], Weights], FloatArray]


@dataclass(frozen=True)
class Kind:
    """One kind of encoder; ``n_outputs`` for each word follow from the units of the settings."""

    shapes: Callable[[WordShape], Shapes]
    n_outputs: Callable[[int], int]
    encode: Encoder


def _cnn_shapes(shape: WordShape) -> Shapes:
    kernels = {f"width{w}_kernel": (w, SIZE, shape.n_units) for w in WIDTHS}
    return kernels | {f"width{w}_bias": (shape.n_units,) for w in WIDTHS}


def _cnn(
    vectors: FloatArray, places: Numbers, is_word: NDArray[np.bool_], weights: Weights
) -> FloatArray:
    """Return the output of filters over 1, 2, 3 and 5 words, each text padded with gaps."""
    n_read, parts = places.shape[1], []
    for width in WIDTHS:
        kernel = weights[f"width{width}_kernel"]
        part = np.empty((*places.shape, kernel.shape[2]), np.float32)
        part[:] = weights[f"width{width}_bias"]
        for tap in range(width):
            shift = tap - (width - 1) // 2
            first, last = max(0, -shift), max(0, n_read - max(0, shift))
            products = vectors @ kernel[tap]
            part[:, first:last] += products[places[:, first + shift : last + shift]]
        parts.append(np.maximum(part, 0, out=part))
    return np.concatenate(parts, axis=2)


def _lstm_shapes(shape: WordShape) -> Shapes:
    n_units = shape.n_units
    return {
        f"{direction}_lstm_cell_{part}": (*first, 4 * n_units)
        for direction in _DIRECTIONS
        for part, first in (("kernel", (SIZE,)), ("recurrent_kernel", (n_units,)), ("bias", ()))
    }


def _lstm(
    vectors: FloatArray, places: Numbers, is_word: NDArray[np.bool_], weights: Weights
) -> FloatArray:
    """Return what a long short-term memory (Hochreiter and Schmidhuber 1997) knows at each word.

    One of ``n_units`` reads forward from the first word, one backward from the last. A gap
    between words is read as a zero vector; what follows the last word is not read.
    """
    forward, backward = (
        (vectors @ weights[f"{name}_lstm_cell_kernel"] + weights[f"{name}_lstm_cell_bias"])[places]
        for name in _DIRECTIONS
    )
    recurrent = np.stack([weights[f"{d}_lstm_cell_recurrent_kernel"] for d in _DIRECTIONS])
    inputs = np.stack([forward, backward[:, ::-1]])  # (2, n_texts, n_read, 4 * n_units)
    # Where a place stands at or before the last word of its text.
    reads = np.asarray(np.logical_or.accumulate(is_word[:, ::-1], axis=1)[:, ::-1])
    reads = np.stack([reads, reads[:, ::-1]])[..., None]
    n_units = recurrent.shape[1]
    # A sigmoid is half a tanh of half its input: one call for all four gates.
    halves = np.full(4 * n_units, 0.5, np.float32)
    halves[2 * n_units : 3 * n_units] = 1
    output = cell = np.zeros((2, len(places), n_units), np.float32)
    outputs = np.empty((*inputs.shape[:3], n_units), np.float32)
    for place in range(inputs.shape[2]):
        gates = np.tanh((inputs[:, :, place] + output @ recurrent) * halves)
        take, keep, new, give = np.split(gates, 4, axis=2)
        next_cell = 0.5 * ((1 + keep) * cell + (1 + take) * new)
        next_output = 0.5 * (1 + give) * np.tanh(next_cell)
        cell = np.where(reads[:, :, place], next_cell, cell)
        output = np.where(reads[:, :, place], next_output, output)
        outputs[:, :, place] = output
    return np.concatenate([outputs[0], outputs[1, :, ::-1]], axis=2)


def _transformer_shapes(shape: WordShape) -> Shapes:
    heads, n_units = (N_HEADS, SIZE // N_HEADS), shape.n_units
    shapes: Shapes = {"positions_embeddings": (shape.length, SIZE)}
    for block in range(N_BLOCKS):
        for part in ("query", "key", "value"):
            shapes[f"attention{block}_{part}_kernel"] = (SIZE, *heads)
            shapes[f"attention{block}_{part}_bias"] = heads
        shapes[f"attention{block}_attention_output_kernel"] = (*heads, SIZE)
        shapes[f"attention{block}_attention_output_bias"] = (SIZE,)
        shapes |= _dense_shapes(f"wide{block}", SIZE, n_units)
        shapes |= _dense_shapes(f"narrow{block}", n_units, SIZE)
        shapes |= _norm_shapes(f"attention{block}_norm") | _norm_shapes(f"wide{block}_norm")
    return shapes | _norm_shapes("last_norm") | _dense_shapes("last", SIZE, n_units)


def _dense_shapes(name: str, n_in: int, n_out: int) -> Shapes:
    return {f"{name}_kernel": (n_in, n_out), f"{name}_bias": (n_out,)}


def _norm_shapes(name: str) -> Shapes:
    return {f"{name}_gamma": (SIZE,), f"{name}_beta": (SIZE,)}


def _transformer(
    vectors: FloatArray, places: Numbers, is_word: NDArray[np.bool_], weights: Weights
) -> FloatArray:
    """Return what an encoder of attention (Vaswani et al. 2017) makes of each word.

    Positions are learned, and layers are normalized before each part (Xiong et al. 2020): in a
    block, attention, then a dense layer of ``n_units`` with ReLU and one back. One more of
    ``n_units`` with ReLU follows, of which the largest outputs are taken. No word attends to a gap.
    """
    values = vectors[places] + weights["positions_embeddings"][: places.shape[1]]
    for block in range(N_BLOCKS):
        name = f"attention{block}"
        values = values + _attention(_norm(values, weights, f"{name}_norm"), is_word, weights, name)
        wide = _norm(values, weights, f"wide{block}_norm")
        wide = np.maximum(_dense(wide, weights, f"wide{block}"), 0)
        values = values + _dense(wide, weights, f"narrow{block}")
    last = _dense(_norm(values, weights, "last_norm"), weights, "last")
    return np.maximum(last, 0, out=last)


def _dense(values: FloatArray, weights: Weights, name: str) -> FloatArray:
    return np.asarray(values @ weights[f"{name}_kernel"] + weights[f"{name}_bias"])


def _norm(values: FloatArray, weights: Weights, name: str) -> FloatArray:
    """Return layer normalization (Ba et al. 2016)."""
    centred = values - values.mean(axis=-1, keepdims=True)
    scale = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + np.float32(NORM_EPSILON))
    return np.asarray(centred / scale * weights[f"{name}_gamma"] + weights[f"{name}_beta"])


def _attention(
    values: FloatArray, is_word: NDArray[np.bool_], weights: Weights, name: str
) -> FloatArray:
    n_texts, n_read, _ = values.shape
    queries, keys, parts = (
        _dense_heads(values, weights, f"{name}_{part}") for part in ("query", "key", "value")
    )
    scores = queries @ keys.swapaxes(2, 3) * np.float32((SIZE // N_HEADS) ** -0.5)
    scores = np.where(is_word[:, None, None], scores, _FAR_BELOW)
    powers = np.exp(scores - scores.max(axis=3, keepdims=True))
    mixed = powers @ parts / powers.sum(axis=3, keepdims=True)  # (n_texts, N_HEADS, n_read, ...)
    mixed = mixed.swapaxes(1, 2).reshape(n_texts, n_read, SIZE)
    kernel = weights[f"{name}_attention_output_kernel"].reshape(SIZE, SIZE)
    return np.asarray(mixed @ kernel + weights[f"{name}_attention_output_bias"])


def _dense_heads(values: FloatArray, weights: Weights, name: str) -> FloatArray:
    """Return a dense layer's outputs by heads, ``(n_texts, N_HEADS, n_read, SIZE // N_HEADS)``."""
    made = values @ weights[f"{name}_kernel"].reshape(SIZE, SIZE)
    made = made.reshape(*values.shape[:2], N_HEADS, -1) + weights[f"{name}_bias"]
    return np.asarray(made.swapaxes(1, 2))


KINDS: dict[WordKind, Kind] = {
    "cnn": Kind(_cnn_shapes, lambda n_units: len(WIDTHS) * n_units, _cnn),
    "lstm": Kind(_lstm_shapes, lambda n_units: 2 * n_units, _lstm),
    "transformer": Kind(_transformer_shapes, lambda n_units: n_units, _transformer),
}
