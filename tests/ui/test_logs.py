"""The log names the run and holds no text that somebody typed."""

from __future__ import annotations

import json

import pytest

from arxivtag.ui.frame import logs


def test_one_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs._logger.handlers.clear()
    logs.log_event("tagged", model="20260101-abcd", n_chars=812, seconds=0.012345)
    record = json.loads(capsys.readouterr().err)
    logs._logger.handlers.clear()
    assert record.pop("at").endswith("+00:00")
    assert record == {
        "event": "tagged", "model": "20260101-abcd", "n_chars": 812, "seconds": 0.0123
    }  # fmt: skip


@pytest.mark.parametrize("text", ["We present a network that " * 5, "two\nlines"])
def test_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="too long for an id"):
        logs.log_event("tagged", text=text)
