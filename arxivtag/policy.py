"""What the person at the app may do: its owner, or a visitor of a public demo.

There is one :class:`Policy` for each :class:`Role`. A page or function asks :func:`policy` for the
one in force and reads the field that it needs, so that no other place knows who visitors are.

Who asks is a matter of the whole process (``ARXIVTAG_VISITORS``) until people sign in
(:mod:`arxivtag.login`): then the pages answer for a session (:func:`ask`), the server for a request
and a thread for whoever it works for (:func:`acting_as`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from arxivtag.config import Limits, absolute, limits, visitor_limits, visitor_mode

# The owner's own bound on waiting runs: a slip of the hand, not a siege.
OWNER_QUEUE_LENGTH = 50
# A small upload of visitors may be a bomb: it unpacks to no more than this.
_VISITORS_UNPACKED_MB, _VISITORS_ROWS = 1_500, 500_000


class Role(StrEnum):
    """Who asks. ``NOBODY`` has not signed in where one has to, and is let do next to nothing."""

    OWNER = "owner"
    VISITOR = "visitor"
    NOBODY = "nobody"


_acting: ContextVar[Role | None] = ContextVar("acting", default=None)
_doors: list[Callable[[], Role | None]] = []


def ask(who_asks: Callable[[], Role | None]) -> None:
    """Let ``who_asks`` say from now on who it is in this thread; None where it cannot tell."""
    _doors[:] = [who_asks]


@contextlib.contextmanager
def acting_as(role: Role) -> Iterator[None]:
    """Do what follows for somebody with that role, in this thread or task."""
    token = _acting.set(role)
    try:
        yield
    finally:
        _acting.reset(token)


def role() -> Role:
    """Return who asks."""
    said = _acting.get() or next((who_asks() for who_asks in _doors), None)
    return said or (Role.VISITOR if visitor_mode() else Role.OWNER)


def environment_for(role: str) -> dict[str, str]:
    """Return what tells a process for whom it works; nothing if ``role`` is empty."""
    return {"ARXIVTAG_VISITORS": "0" if role == Role.OWNER else "1"} if role else {}


@dataclass(frozen=True)
class Policy:
    """What one may do here; ``None`` means without a bound.

    The bounds are those of :class:`~arxivtag.config.VisitorLimits`, which says what each is.
    Visitors see no local paths and delete nothing, and they see and change their own uploads
    and runs only.
    """

    is_visitor: bool
    max_rows: int
    max_upload_mb: int
    max_queue_length: int
    max_uploads_mb: int | None = None
    max_uploads_per_visitor: int | None = None
    max_runs_per_visitor: int | None = None
    max_epochs: int | None = None
    max_parameters: int | None = None
    max_run_minutes: int | None = None
    max_api_papers_per_minute: int | None = None
    min_free_disk_mb: int = 0


def policy() -> Policy:
    """Return the policy in force: the owner's or a visitor's, as :func:`role` says.

    Raises:
        ConfigError: If a variable in the environment is not a whole number within its bounds.
    """
    machine = limits()
    if role() is Role.OWNER:
        return Policy(
            is_visitor=False,
            max_rows=machine.max_rows,
            max_upload_mb=machine.max_upload_mb,
            max_queue_length=OWNER_QUEUE_LENGTH,
        )
    visitor = asdict(visitor_limits())
    visitor["max_upload_mb"] = min(visitor["max_upload_mb"], machine.max_upload_mb)
    return Policy(is_visitor=True, **visitor)


def reading_limits() -> Limits:
    """Return the limits of files that are read: for visitors, those of a file of modest size."""
    machine = limits()
    if role() is Role.OWNER:
        return machine
    return replace(
        machine,
        max_decompressed_mb=min(_VISITORS_UNPACKED_MB, machine.max_decompressed_mb),
        max_rows=min(_VISITORS_ROWS, machine.max_rows),
    )


def data_paths() -> tuple[Path, ...]:
    """Return the files named in ``ARXIVTAG_DATA`` (separated like ``PATH``); none for visitors."""
    if role() is not Role.OWNER:
        return ()
    named = os.environ.get("ARXIVTAG_DATA", "")
    return tuple(absolute(name) for name in named.split(os.pathsep) if name)
