"""What long work calls while it is under way."""

from __future__ import annotations

from collections.abc import Callable

# Told what is being done, and the share that is done: 0 to 1, or None if that is not known.
OnProgress = Callable[[str, float | None], None]
# Asked often; True ends the work.
ShouldStop = Callable[[], bool]


class StoppedError(Exception):
    """Someone asked to stop; nothing is left behind."""


def never() -> bool:
    """Return False: the work is not to be stopped."""
    return False


def unheard(stage: str, fraction: float | None) -> None:
    """Tell nobody."""
