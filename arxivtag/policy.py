"""What the person at the app may do: its owner, or a visitor of a public demo.

There is one :class:`Policy` for each. A page or function asks :func:`policy` for the one in
force and reads the field that it needs, so that no other place knows who visitors are.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from arxivtag.config import Limits, limits, visitor_limits, visitor_mode

# The owner's own bound on waiting runs: a slip of the hand, not a siege.
OWNER_QUEUE_LENGTH = 50
# A small upload of visitors may be a bomb: it unpacks to no more than this.
_VISITORS_UNPACKED_MB, _VISITORS_ROWS = 1_500, 500_000


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
    visitor = asdict(visitor_limits())
    visitor["max_upload_mb"] = min(visitor["max_upload_mb"], machine.max_upload_mb)
    return Policy(is_visitor=True, **visitor)


def reading_limits() -> Limits:
    """Return the limits of files that are read: for visitors, those of a file of modest size."""
    machine = limits()
    if not visitor_mode():
        return machine
    return replace(
        machine,
        max_decompressed_mb=min(_VISITORS_UNPACKED_MB, machine.max_decompressed_mb),
        max_rows=min(_VISITORS_ROWS, machine.max_rows),
    )
