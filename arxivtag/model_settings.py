"""What a network reads, and its shape: the part of :mod:`arxivtag.settings` about the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from arxivtag.fields import setting

# With so many training papers, labels that few of them have need more n-grams (docs/scale.md).
MANY_PAPERS, MORE_FEATURES = 200_000, 3.5


@dataclass(frozen=True)
class VectorizerConfig:
    """How a text becomes a row of TF-IDF weights."""

    max_tokens: int | None = setting(
        None,
        "Largest vocabulary; empty: the number of distinct lower-cased words, as in the example.",
        minimum=100,
        maximum=2_000_000,
        advanced=False,
    )
    ngrams: int = setting(2, "Longest n-gram: 1 words, 2 words and bigrams.", minimum=1, maximum=2)
    min_document_frequency: int = setting(
        1, "Leave out n-grams that occur in fewer papers than this.", minimum=1, maximum=1000
    )
    max_features: int | None = setting(
        None,
        "Most n-grams kept, those that tell most of the labels; empty: all in the vocabulary.",
        minimum=100,
        maximum=2_000_000,
    )
    more_of_many: bool = setting(
        False, "Keep three and a half times as many n-grams with 200,000 training papers or more."
    )
    sublinear_tf: bool = setting(False, "Use 1 + log(count) in place of the raw count.")
    l2_normalize: bool = setting(False, "Scale each paper's weights to length one.")
    max_length_words: int | None = setting(
        None,
        "How many words of a paper, from its first on, a network that reads them in order is "
        "given; empty: n-grams alone are read.",
        minimum=5,
        maximum=2000,
    )

    def budget(self, n_train: int) -> int | None:
        """Return the most n-grams to keep of so many training papers; None for all."""
        if self.max_features is None or not self.more_of_many or n_train < MANY_PAPERS:
            return self.max_features
        return int(self.max_features * MORE_FEATURES)


# Each is a row of the tables in arxivtag/learning/word_order.py and engine/word_order.py.
WordKind = Literal["cnn", "lstm", "transformer"]
MAX_WORD_UNITS = 1024

# A bundle holds branches of up to 16 layers, the one that puts out the labels included, ...
MAX_HIDDEN_LAYERS = 15
# ... and a vocabulary of as many n-grams.
MAX_FEATURES = 4_000_000


@dataclass(frozen=True)
class ModelConfig:
    """The network's shape."""

    hidden_units: tuple[int, ...] = setting(
        (512, 256),
        "Units of each hidden layer, with commas between, as in 512,256.",
        minimum=1,
        maximum=4096,
        max_items=MAX_HIDDEN_LAYERS,
        advanced=False,
    )
    linear_path: bool = setting(
        False,
        "Add a linear path beside the hidden layers (wide and deep); it learns by margins, as an "
        "SVM does, and the model is the mean.",
    )
    towers: int = setting(
        1,
        "Networks of this shape that learn side by side, each on its own; the model is their mean.",
        minimum=1,
        maximum=8,
    )
    dropout_rate: float = setting(
        0.0, "Share of hidden units dropped in training.", minimum=0.0, maximum=0.95, advanced=False
    )
    word_dropout_rate: float = setting(
        0.0,
        "Share of n-grams, and of words in order, dropped from each paper in training.",
        minimum=0.0,
        maximum=0.95,
    )
    reads_ngrams: bool = setting(
        True, "Read n-grams, by the layers above; otherwise words in order alone."
    )
    word_order: Literal["none", WordKind] = setting(
        "none",
        "A network that reads words in their order: by filters over neighbouring words (cnn), by a "
        "memory from each end (lstm), or by attention to all words (transformer); beside n-grams, "
        "both are weighed on validation papers.",
    )
    word_units: int = setting(
        160,
        "Size of the network that reads words in order: filters of each width (cnn), units of each "
        "memory (lstm), units of each dense layer (transformer).",
        minimum=4,
        maximum=MAX_WORD_UNITS,
    )
    word_vectors: bool = setting(
        False,
        "Begin the vectors of words in order with those that come with the app, learned from "
        "abstracts of all of arXiv without labels; otherwise at random.",
    )
