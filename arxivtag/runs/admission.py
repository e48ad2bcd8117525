"""What may be trained here: the same bounds before a run starts (the form) and while it runs."""

from __future__ import annotations

from arxivtag.config import limits, visitor_limits, visitor_mode
from arxivtag.errors import ConfigError, DataError


def check_rows(name: str, n_rows: int) -> None:
    """Refuse a data set with more rows than may be trained on.

    Raises:
        DataError: If it has.
    """
    most = visitor_limits().max_rows if visitor_mode() else limits().max_rows
    if n_rows > most:
        raise DataError(
            f"{name} holds {n_rows:,} papers; up to {most:,} are allowed here.",
            "Choose a smaller data set.",
        )


def check_parameters(n_parameters: int) -> None:
    """Refuse a network that is larger than visitors may train.

    Raises:
        ConfigError: If it is.
    """
    most = visitor_limits().max_parameters
    if visitor_mode() and n_parameters > most:
        raise ConfigError(
            f"The network has {n_parameters:,} parameters; visitors may train up to {most:,}.",
            "Use fewer hidden units, fewer towers or a smaller vocabulary.",
        )
