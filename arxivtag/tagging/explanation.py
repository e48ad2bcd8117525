"""Why a label: what each word and pair of words of a text does to that label's logit, exactly.

*Leaving out* an n-gram means: at every place where it stands in the text, its
words are no longer counted, and neither are the pairs that touch those places. Networks that
read words in order are given a gap there, as for a word that they do not know.
The words left and right of the gap do not become neighbours. The rest of the text is
weighed anew: with L2 normalisation it gains weight. The contribution is

    logit(text) - logit(text without the n-gram)

computed with the network itself, not an approximation: a positive one raised the label, a
negative one lowered it. The logit is the logarithm of the odds of the label's probability before
calibration. With softmax, where all labels share a probability of 1, these odds are not what
the network puts out: a word that raises the network's output for all labels alike changes no
probability, and its contribution is 0. Contributions do not add up to the logit, since
words overlap with their pairs and hidden layers are not additive.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arxivtag.corpus.tokens import STOP_WORDS
from arxivtag.errors import BundleError, ConfigError
from arxivtag.learning.calibration import calibrate, logit
from arxivtag.learning.features import SparseRows
from arxivtag.learning.network import activate, logits, probability_of_any
from arxivtag.learning.vectorizer import count_rows
from arxivtag.papers.texts import normalize_text
from arxivtag.tagging.tagger import Tagged, one_blas_thread, rank_labels

if TYPE_CHECKING:
    from arxivtag.tagging.bundle import Bundle

# The vectorizer's rules for single characters; a property test holds the two together.
_WORD = re.compile(r"[^ \t\n\v\f\r]+")
_LOWER_WITHOUT_PUNCTUATION = str.maketrans(
    string.ascii_uppercase, string.ascii_lowercase, string.punctuation
)
# Longest phrase to leave out: bounds the work on a long text.
MAX_PHRASE_WORDS = 20
# Versions of the text computed at once: bounds memory on very long texts.
_BLOCK = 128

Integers = NDArray[np.int64]
Floats = NDArray[np.float32]
_NOTHING: Integers = np.zeros(0, dtype=np.int64)  # no position left out


@dataclass(frozen=True)
class Contribution:
    """What one n-gram (a word, or two joined by a space) does to a label.

    ``delta_logit`` is the logit now minus the logit without it, ``probability_without`` the label's
    calibrated probability without it, ``n_places`` how often it stands in the text.
    """

    term: str
    delta_logit: float
    probability_without: float
    n_places: int


@dataclass(frozen=True)
class Span:
    """A word of the text, from ``start`` to behind its last character, and its contribution."""

    start: int
    end: int
    delta_logit: float
    term: str


@dataclass(frozen=True)
class Explanation:
    """Why a text gets a label or not.

    Attributes:
        logit: The log odds of the label's probability, before calibration.
        probability: Its calibrated probability.
        contributions: Words and pairs that the model knows, strongest first.
        spans: The words to mark, in the order of the text.
        text: The text as the model reads it (control characters removed, accents
            composed): what the spans count in.
    """

    label: str
    logit: float
    probability: float
    contributions: tuple[Contribution, ...]
    spans: tuple[Span, ...]
    text: str


def explain(bundle: Bundle, text: str, label: str) -> Explanation:
    """Return what each known word and pair of ``text`` does to ``label``.

    Args:
        text: The joined text (see :func:`arxivtag.papers.texts.join_text`).
        label: One of ``bundle.label_names``.

    Raises:
        BundleError: If the model does not know the label.
    """
    if label not in bundle.label_names:
        raise BundleError(
            f"The model does not know the label {label!r:.60}.",
            "Choose one of the labels it was trained on.",
        )
    column = bundle.label_names.index(label)
    reading = _Reading(bundle, text)
    terms = reading.known_terms()
    places = [reading.places_of(term) for term in terms]
    values = reading.logits([_NOTHING, *(positions for _, positions in places)])
    y_prob = reading.probabilities(values)[:, column]
    log_odds = _log_odds(bundle, values, column)
    deltas = log_odds[0] - log_odds[1:]
    contributions = [
        Contribution(" ".join(term), float(delta), float(without), len(starts))
        for term, (starts, _), delta, without in zip(terms, places, deltas, y_prob[1:], strict=True)
    ]
    contributions.sort(key=lambda item: (-abs(item.delta_logit), item.term))
    delta_of = {item.term: item.delta_logit for item in contributions}
    return Explanation(
        label=label,
        logit=float(log_odds[0]),
        probability=float(y_prob[0]),
        contributions=tuple(contributions),
        spans=tuple(
            Span(start, end, delta_of[word], word)
            for word, start, end in reading.placed
            if word in delta_of
        ),
        text=reading.text,
    )


def without_function_words(
    explanation: Explanation,
) -> tuple[Explanation, tuple[Contribution, ...]]:
    """Return an explanation without words such as "the" and pairs that hold one, and these."""
    hidden = {
        item.term: item
        for item in explanation.contributions
        if not STOP_WORDS.isdisjoint(item.term.split())
    }
    kept = replace(
        explanation,
        contributions=tuple(one for one in explanation.contributions if one.term not in hidden),
        spans=tuple(span for span in explanation.spans if span.term not in hidden),
    )
    return kept, tuple(hidden.values())


def without_phrases(bundle: Bundle, text: str, phrases: Sequence[str]) -> tuple[int, Tagged]:
    """Return at how many places phrases stand, and all labels of the text without these places.

    Phrases are read as the model reads text (case and punctuation do not matter) and may have up
    to 20 words each. Where no n-gram that the model knows is left, no label is given.

    Raises:
        ConfigError: If a phrase has more words.
    """
    reading = _Reading(bundle, text)
    places = [reading.places_of(_phrase_words(phrase)) for phrase in phrases]
    removed = np.concatenate([_NOTHING, *(positions for _, positions in places)])
    (y_prob,) = reading.probabilities(reading.logits([removed]))
    readable = bool(reading.counts([removed]).readable()[0])
    ranked = rank_labels(bundle, y_prob, top_k=len(y_prob), readable=readable)
    return sum(len(starts) for starts, _ in places), Tagged(ranked, is_judged=readable)


def _phrase_words(phrase: str) -> list[str]:
    words = [word for word, _, _ in words_with_places(normalize_text(phrase))]
    if len(words) > MAX_PHRASE_WORDS:
        raise ConfigError(
            f"A phrase to leave out may have up to {MAX_PHRASE_WORDS} words. "
            f"Received: {len(words):,}.",
            "Shorten it.",
        )
    return words


def words_with_places(text: str) -> list[tuple[str, int, int]]:
    """Return the words as the vectorizer reads them, each with its characters ``start:end``.

    Punctuation around a word is not in its span.
    """
    words = []
    for match in _WORD.finditer(text):
        raw = match.group()
        word = raw.translate(_LOWER_WITHOUT_PUNCTUATION)
        if word:
            start = match.start() + len(raw) - len(raw.lstrip(string.punctuation))
            end = match.end() - (len(raw) - len(raw.rstrip(string.punctuation)))
            words.append((word, start, end))
    return words


class _Reading:
    """A text as a model reads it.

    Attributes:
        text: Normalised text.
        placed: Its words, each with its characters ``start:end``.
        words: The words alone.
        positions: Where each word stands among them.
        word_columns: ``(n_words,)`` column of each word in the vocabulary, or -1.
        pair_columns: ``(n_words - 1,)`` the same for the pair that starts there.
        numbers: ``(n_words,)`` what networks that read words in order are given: 0 for a gap.
    """

    def __init__(self, bundle: Bundle, text: str) -> None:
        self.bundle, self.text = bundle, normalize_text(text)
        self.placed = words_with_places(self.text)
        self.words = [word for word, _, _ in self.placed]
        self.positions: dict[str, list[int]] = {}
        for position, word in enumerate(self.words):
            self.positions.setdefault(word, []).append(position)
        table = bundle.vectorizer.terms
        numbers = table.numbers(pa.array(self.words, pa.string()))
        self.word_columns: Integers = table.word_term[numbers].astype(np.int64)
        self.pair_columns: Integers = table.pair_columns(numbers[:-1], numbers[1:]).astype(np.int64)
        self.numbers: Integers = np.where(numbers < table.n_words, numbers + 1, 0)

    def places_of(self, phrase: Sequence[str]) -> tuple[list[int], Integers]:
        """Return where a phrase starts, and the positions of all its words."""
        n_words = len(phrase)
        starts = [
            start
            for start in (self.positions.get(phrase[0], []) if phrase else [])
            if self.words[start : start + n_words] == list(phrase)
        ]
        return starts, np.add.outer(starts, np.arange(n_words)).ravel().astype(np.int64)

    def known_terms(self) -> list[tuple[str, ...]]:
        """Return each word that the model knows, alone or in a pair, and each pair it knows."""
        is_pair = self.pair_columns >= 0
        known = self.word_columns >= 0
        known[:-1] |= is_pair
        known[1:] |= is_pair
        if self.bundle.network.word_branches:
            known |= self.numbers > 0
        words = [(self.words[at],) for at in np.flatnonzero(known)]
        pairs = [(self.words[at], self.words[at + 1]) for at in np.flatnonzero(is_pair)]
        return list(dict.fromkeys([*words, *pairs]))

    def counts(self, variants: Sequence[Integers]) -> SparseRows:
        """Return how often each n-gram is left, for each set of positions left out.

        Networks that read words in order are given the first words, with gaps.
        """
        words = np.ones((len(variants), len(self.words)), dtype=bool)
        for row, removed in enumerate(variants):
            words[row, removed] = False
        # A pair is left where both its words are.
        left = np.concatenate([words, words[:, :-1] & words[:, 1:]], axis=1)
        columns = np.concatenate([self.word_columns, self.pair_columns]).astype(np.int32)
        rows, places = np.nonzero(left)
        vectorizer = self.bundle.vectorizer
        counts = count_rows(rows, columns[places], len(variants), len(vectorizer))
        length = vectorizer.config.max_length_words
        if length is None:
            return counts
        in_order = np.zeros((len(variants), length), dtype=np.int32)
        in_order[:, : len(self.words)] = np.where(words, self.numbers, 0)[:, :length]
        return replace(counts, words=in_order)

    def logits(self, variants: Sequence[Integers]) -> Floats:
        """Return the logits without these word positions, ``(n_variants, n_labels)``."""
        parts = []
        with one_blas_thread():
            for start in range(0, len(variants), _BLOCK):
                counts = self.counts(variants[start : start + _BLOCK])
                rows = self.bundle.vectorizer.weigh(counts)
                parts.append(logits(self.bundle.network, rows))
        return np.concatenate(parts)

    def probabilities(self, values: Floats) -> Floats:
        """Return the calibrated probabilities that logits are."""
        y_prob = activate(values, self.bundle.network.output_activation)
        return calibrate(self.bundle.calibration, y_prob)


def _log_odds(bundle: Bundle, values: Floats, column: int) -> Floats:
    """Return the log odds of one label's uncalibrated probability from logits, ``(n,)``."""
    activation = bundle.network.output_activation
    if activation == "sigmoid":
        return values[:, column]
    others = np.delete(values, column, axis=1)
    if not others.shape[1]:  # the only label: certain, whatever the text
        return np.full(len(values), logit(1.0), dtype=np.float32)
    if activation == "any_sigmoid":  # odds of the sigmoid over the chance of any other
        rest = np.log(probability_of_any(others)[:, 0])
    else:  # p / (1 - p) is the label's power of e over the sum of the others'.
        rest = np.logaddexp.reduce(others, axis=1)
    return np.asarray(values[:, column] - rest, np.float32)
