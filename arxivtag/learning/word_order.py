"""Networks that read words in their order, as plain arrays: their forward pass without Keras.

All have one form: each word has a vector (the *embedding*), an *encoder* makes of a text's
vectors new ones that know of the words around, and of each of their numbers the largest over the
text goes through one dense layer to the labels. The kinds (:data:`KINDS`) differ in the encoder
alone, which Keras trains by the function of the same name in
:mod:`arxivtag.learning.engine.word_order`.

A *gap* stands where a text has ended, where a word is unknown, and where one was left out: it is
the number 0, its vector is zero, and what an encoder gives there is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.learning.features import WordInput
from arxivtag.learning.word_vectors import SIZE, load_word_vectors, vectors_of
from arxivtag.settings import ModelConfig, WordKind

if TYPE_CHECKING:
    from arxivtag.learning.vectorizer import Vectorizer

FloatArray = NDArray[np.float32]
Numbers = NDArray[np.integer]
Weights = Mapping[str, FloatArray]  # by the names that Keras' layers and variables have
Shapes = dict[str, tuple[int, ...]]

WIDTHS = (1, 2, 3, 5)  # words that a filter of the cnn sees
_BLOCK_TEXTS = 32  # read at once: bounds memory
_FAR_BELOW = np.float32(-1e9)


@dataclass(frozen=True)
class WordShape:
    """What decides the sizes of a network that reads words in order.

    Attributes:
        kind: Which encoder.
        n_units: Filters of each width.
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
class WordBranch:
    """A trained network that reads words in order.

    Attributes:
        shape: Its sizes.
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
    """Return the logits of texts.

    Args:
        branch: The network.
        words: ``(n_texts, length)``, 0 for a gap, else 1 plus the word's number.

    Returns:
        ``(n_texts, n_labels)`` float32.
    """
    result = np.empty((len(words), branch.shape.n_labels), np.float32)
    for start in range(0, len(words), _BLOCK_TEXTS):
        block = slice(start, start + _BLOCK_TEXTS)
        result[block] = _block_logits(branch, words[block])
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
    """One kind of encoder.

    Attributes:
        shapes: The shapes of its weights.
        n_outputs: Numbers that it gives for each word, from the units of the settings.
        encode: Its forward pass.
    """

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


KINDS: dict[WordKind, Kind] = {
    "cnn": Kind(_cnn_shapes, lambda n_units: len(WIDTHS) * n_units, _cnn),
}
