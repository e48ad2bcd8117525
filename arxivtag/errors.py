"""Errors that people can meet, all under one base class.

Each carries a message that says what is wrong and what was expected, and a
hint that says what to do. Doors (pages and command line) print both and never
show a traceback for them.
"""

from __future__ import annotations


class ArxivTagError(Exception):
    """Base class of every error that a person can meet: two sentences, a message and a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)  # both, so that the hint is kept between processes
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class DataError(ArxivTagError):
    """A file or table of papers cannot be used."""


class FetchError(ArxivTagError):
    """A download did not work."""


class ConfigError(ArxivTagError):
    """A setting is unknown or out of its bounds."""


class RefusedError(ArxivTagError):
    """What was asked for may not be done here or now: a visitor's bound, a full queue, a port."""


class TrainingError(ArxivTagError):
    """A training cannot go on, although its settings and its data can be used."""


class BundleError(ArxivTagError):
    """A model cannot be loaded, saved or exported."""


class RunError(ArxivTagError):
    """A run or job is not there, or not in the state that was asked for."""


class StorageError(ArxivTagError):
    """The disk refused a read or a write."""


def counted(count: int, one: str, more: str = "") -> str:
    """Return a count with its noun: ``1 paper``, ``2,000 papers``; ``more`` if it is no plain s."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def excerpt(text: str) -> str:
    """Return ``text``, or its first 40 characters, quoted and printable for an error message."""
    shown = text if len(text) <= 40 else text[:40] + "..."
    return ascii(shown) if not shown.isprintable() else repr(shown)
