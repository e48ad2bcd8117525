"""What the person at the app may do: its owner, or a visitor of a public demo.

There is one :class:`Policy` for each. A page or function asks :func:`policy` for the one in
force and reads the field that it needs, so that no other place knows who visitors are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from arxivtag.config import Limits, limits, visitor_limits, visitor_mode

# The owner's own bound on waiting runs: a slip of the hand, not a siege.
OWNER_QUEUE_LENGTH = 50


@dataclass(frozen=True)
class Policy:
    """What one may do here; ``None`` means without a bound.

    Attributes:
        is_visitor: Whether the app serves visitors, who see no local paths and delete nothing,
            and who see and change their own uploads and runs only.
        max_rows: Most papers in one run, or in one file to tag.
        max_upload_mb: Largest uploaded file.
        max_queue_length: Most runs that may wait at once.
        max_uploads_mb: Most MB that all uploads may take on disk.
        max_uploads: Most uploads one person keeps.
        max_runs: Most runs one person may have under way.
        max_epochs: Most epochs of one run.
        max_parameters: Most parameters of a network.
        max_run_minutes: Longest training; it then stops and keeps its best model.
        min_free_disk_mb: No run is started with less free disk than this.
    """

    is_visitor: bool
    max_rows: int
    max_upload_mb: int
    max_queue_length: int
    max_uploads_mb: int | None = None
    max_uploads: int | None = None
    max_runs: int | None = None
    max_epochs: int | None = None
    max_parameters: int | None = None
    max_run_minutes: int | None = None
    min_free_disk_mb: int = 0


def policy() -> Policy:
    """Return the policy in force: the owner's, or with ``ARXIVTAG_VISITORS=1`` a visitor's.

    Raises:
        ConfigError: If a variable in the environment is not a whole number within its bounds.
    """
    machine = limits()
    if not visitor_mode():
        return Policy(
            is_visitor=False,
            max_rows=machine.max_rows,
            max_upload_mb=machine.max_upload_mb,
            max_queue_length=OWNER_QUEUE_LENGTH,
        )
    visitor = visitor_limits()
    return Policy(
        is_visitor=True,
        max_rows=visitor.max_rows,
        max_upload_mb=min(visitor.max_upload_mb, machine.max_upload_mb),
        max_uploads_mb=visitor.max_uploads_mb,
        max_uploads=visitor.max_uploads_per_visitor,
        max_queue_length=visitor.max_queue_length,
        max_runs=visitor.max_runs_per_visitor,
        max_epochs=visitor.max_epochs,
        max_parameters=visitor.max_parameters,
        max_run_minutes=visitor.max_run_minutes,
        min_free_disk_mb=visitor.min_free_disk_mb,
    )


def reading_limits() -> Limits:
    """Return the limits of files that are read: for visitors, those of a small file."""
    machine = limits()
    if not visitor_mode():
        return machine
    visitor = visitor_limits()
    return replace(
        machine,
        max_decompressed_mb=min(visitor.max_unpacked_mb, machine.max_decompressed_mb),
        max_rows=min(visitor.max_rows_read, machine.max_rows),
    )
