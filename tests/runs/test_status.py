"""status.json: there and back, and what does not belong in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.errors import RunError
from arxivtag.runs.status import (
    STATES,
    Progress,
    RunStatus,
    parse_status,
    read_status,
    write_status,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def test_there_and_back(tmp_path: Path) -> None:
    status = RunStatus(
        "running", "train", Progress(1.5, 6, "epochs"), 12.5, 3.25, "2026-01-01T00:00:00+00:00",
        123, "a", "b", None, "", "", 4, 2, "me",
    )  # fmt: skip
    write_status(tmp_path / "status.json", status)
    assert read_status(tmp_path / "status.json") == status
    # The contract's keys.
    stored = json.loads((tmp_path / "status.json").read_text())
    assert {
        "state", "stage", "progress", "seconds_left", "heartbeat_at", "pid", "queued_at",
        "started_at", "ended_at", "message", "hint",
    } <= set(stored)  # fmt: skip
    assert stored["progress"] == {"done": 1.5, "total": 6, "unit": "epochs"}


@given(st.dictionaries(st.sampled_from([*RunStatus.__dataclass_fields__, "more"]), JSON))
def test_any_values_give_a_status_or_our_own_error(values: dict[str, object]) -> None:
    try:
        status = parse_status(values)
    except RunError:
        assert values.get("state") not in STATES or not isinstance(values["state"], str)
    else:
        assert status.state in STATES
        assert status.progress is None or 0 <= status.progress.fraction <= 1


def test_unknown_state_is_told() -> None:
    with pytest.raises(RunError, match=r"queued.*Received: 'flying'"):
        parse_status({"state": "flying"})
