"""What may be trained here: the same bounds before a run starts (the form) and while it runs.

Whoever asks, owner or visitor, is held to :func:`arxivtag.policy.policy`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from arxivtag.config import limits
from arxivtag.errors import ConfigError, RefusedError, counted
from arxivtag.papers.source import parse_source
from arxivtag.policy import policy
from arxivtag.settings import MAX_FEATURES, RunConfig

if TYPE_CHECKING:
    from arxivtag.learning.vectorizer import Vectorizer


def check_start(settings: RunConfig, *, n_waiting: int, n_own: int, folder: Path) -> None:
    """Refuse a run that may not be started, or resumed, now.

    ``n_waiting`` runs wait in the queue; ``n_own`` of the same person wait or train.

    Raises:
        RefusedError: If the queue or the disk is full, or the policy does not allow the run.
        DataError: If the settings' source cannot be read as one.
    """
    allowed = policy()
    if n_waiting >= allowed.max_queue_length:
        raise RefusedError(
            f"{counted(n_waiting, 'run waits', 'runs wait')} already, which is the most allowed.",
            "Try again when one of them has begun.",
        )
    source = parse_source(settings.data)
    if allowed.is_visitor and (not source.is_for_visitors or source.options):
        raise RefusedError(
            "Visitors may train on the data sets offered here and on their own uploads.",
            "Choose one of them in the sidebar.",
        )
    asked = settings.training.epochs or 0  # automatic ones are few where the papers are many
    if allowed.max_epochs is not None and asked > allowed.max_epochs:
        raise RefusedError(
            f"Visitors may train for up to {counted(allowed.max_epochs, 'epoch')}. "
            f"Received: {asked}.",
            "Lower the number of epochs.",
        )
    if allowed.max_runs_per_visitor is not None and n_own >= allowed.max_runs_per_visitor:
        raise RefusedError(
            f"You have {counted(allowed.max_runs_per_visitor, 'run')} under way, "
            "the most a visitor may.",
            "Wait for one to end, or stop it.",
        )
    if shutil.disk_usage(folder).free < allowed.min_free_disk_mb * 1_000_000:
        raise RefusedError(
            "The disk of this server is nearly full, so no run is started.",
            "Tell whoever runs this app; exploring and tagging still work.",
        )


def check_rows(name: str, n_rows: int) -> None:
    """Raise :class:`RefusedError` for a data set with more rows than may be trained on."""
    most = policy().max_rows
    if n_rows > most:
        raise RefusedError(
            f"{name} holds {n_rows:,} papers; up to {most:,} are allowed here.",
            "Choose a smaller data set.",
        )


def check_parameters(n_parameters: int) -> None:
    """Raise :class:`RefusedError` for a network that is larger than visitors may train."""
    most = policy().max_parameters
    if most is not None and n_parameters > most:
        raise RefusedError(
            f"The network has {n_parameters:,} parameters; visitors may train up to {most:,}.",
            "Use fewer hidden units, fewer towers or a smaller vocabulary.",
        )


def check_fits(vectorizer: Vectorizer, n_parameters: int) -> None:
    """Raise :class:`ConfigError`, before it is trained, for a model that would not load again."""
    n_features = len(vectorizer)
    if n_features > MAX_FEATURES:
        raise ConfigError(
            f"The vocabulary has {n_features:,} n-grams; a model may read at most "
            f"{MAX_FEATURES:,}.",
            "Set max_tokens, or leave out n-grams that occur in few papers.",
        )
    check_bytes(4 * n_parameters + vectorizer.vocabulary.nbytes + vectorizer.idf.nbytes)


def check_bytes(n_bytes: int) -> None:
    """Raise :class:`ConfigError` for a model too large to be loaded; its weights alone may tell."""
    most_mb = limits().max_bundle_mb
    if n_bytes > most_mb * 1_000_000:
        raise ConfigError(
            f"The model would take {n_bytes / 1e6:,.0f} MB; at most {most_mb:,} MB can be loaded "
            "again.",
            "Use fewer hidden units, fewer towers or a smaller vocabulary, or raise "
            "ARXIVTAG_MAX_BUNDLE_MB.",
        )
