"""What a phrase bank holds of one research topic.

Phrases may offer alternatives in braces, ``{a street scene|an aerial image}``,
of which the generator takes one, so that one line stands for several wordings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_METRIC = re.compile(r"(.+) (\d+\.?\d*)\.\.(\d+\.?\d*)(%?)( down)?")

# How a unit that ends a metric's name ("latency in milliseconds") is put behind its values.
_UNITS = {
    "millimetres": "mm",
    "centimetres": "cm",
    "metres": "m",
    "milliseconds": "ms",
    "seconds": "s",
    "hours": "hours",
    "days": "days",
    "decibels": "dB",
    "degrees": "degrees",
    "pixels": "pixels",
    "nats": "nats",
    "bits": "bits",
    "kilobytes": "kB",
    "microjoules": "microjoules",
    "thousands": "thousand",
    "millions": "million",
}


@dataclass(frozen=True)
class Metric:
    """A figure of merit and the range in which reported values lie."""

    name: str
    low: float
    high: float
    unit: str
    falls: bool  # smaller is better


@dataclass(frozen=True)
class Topic:
    """The material from which abstracts of one topic are written.

    Attributes:
        name: Singular noun phrase without article, such as "semantic segmentation".
        share: How many papers of the topic there are, relative to other topics.
        labels: Label combinations as written (primary first) and their weights.
        extra_labels: Labels that a paper of the topic now and then carries as well.
        stems: First halves of invented system names.
        settings: Phrases that follow the name, such as "with few labels".
        terms: Noun phrases that need no article.
        background: Clauses on why the topic matters, without capital and full stop.
        gaps: Clauses on what is missing.
        methods: Singular noun phrases with article.
        leads: For each method the steps (by place) that suit it best, best first.
        steps: Verb phrases, third person singular, that say what a method does.
        data: Noun phrases for data sets.
        metrics: Figures of merit.
        baselines: Plural noun phrases without article.
        findings: Clauses on what was found.
        meanings: Clauses on what follows from it.
        theorems: Clauses that can be proved; empty for topics without theory.
    """

    name: str
    share: int
    labels: tuple[tuple[tuple[str, ...], int], ...]
    extra_labels: tuple[str, ...]
    stems: tuple[str, ...]
    settings: tuple[str, ...]
    terms: tuple[str, ...]
    background: tuple[str, ...]
    gaps: tuple[str, ...]
    methods: tuple[str, ...]
    leads: tuple[tuple[int, ...], ...]
    steps: tuple[str, ...]
    data: tuple[str, ...]
    metrics: tuple[Metric, ...]
    baselines: tuple[str, ...]
    findings: tuple[str, ...]
    meanings: tuple[str, ...]
    theorems: tuple[str, ...]


def topic(
    name: str,
    share: int,
    labels: str,
    extra: str,
    stems: str,
    settings: str,
    terms: str,
    background: str,
    gaps: str,
    methods: str,
    leads: str,
    steps: str,
    data: str,
    metrics: str,
    baselines: str,
    findings: str,
    meanings: str,
    theorems: str = "",
) -> Topic:
    """Return a :class:`Topic` from blocks of text.

    Short phrases (``settings``, ``terms``, ``data``, ``metrics``, ``baselines``,
    ``methods``) are separated by semicolons, clauses by line breaks. ``labels``
    reads "cs.CV cs.LG 5; cs.CV 3", ``metrics`` reads "top-1 accuracy 60..84%;
    word error rate 4..18% down" (lowest, highest, and ``down`` if less is better),
    ``leads`` "03 1 24": one group of digits a method.

    Raises:
        ValueError: If a metric is not written so.
    """
    return Topic(
        name=name,
        share=share,
        labels=tuple(_combination(text) for text in _short(labels)),
        extra_labels=tuple(extra.split()),
        stems=tuple(stems.split()),
        settings=_short(settings),
        terms=_short(terms),
        background=_clauses(background),
        gaps=_clauses(gaps),
        methods=_short(methods),
        leads=tuple(tuple(int(digit) for digit in group) for group in leads.split()),
        steps=_clauses(steps),
        data=_short(data),
        metrics=tuple(_metric(text) for text in _short(metrics)),
        baselines=_short(baselines),
        findings=_clauses(findings),
        meanings=_clauses(meanings),
        theorems=_clauses(theorems),
    )


def _short(block: str) -> tuple[str, ...]:
    phrases = (" ".join(phrase.split()) for phrase in block.split(";"))
    return tuple(phrase for phrase in phrases if phrase)


def _clauses(block: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in block.splitlines() if line.strip())


def _combination(text: str) -> tuple[tuple[str, ...], int]:
    *labels, weight = text.split()
    return tuple(labels), int(weight)


def _metric(text: str) -> Metric:
    match = _METRIC.fullmatch(text)
    if match is None:
        raise ValueError(f"Expected a metric such as 'accuracy 60..84%'. Received: {text!r}.")
    name, low, high, unit, falls = match.groups()
    stem, _, written_unit = name.rpartition(" in ")
    if written_unit in _UNITS:
        name, unit = stem, f" {_UNITS[written_unit]}"
    return Metric(name, float(low), float(high), unit, falls is not None)
