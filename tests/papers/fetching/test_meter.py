"""How far a fetch is, in words."""

from __future__ import annotations

import pytest

from arxivtag.papers.fetching.http import Meter


def test_meter_tells_amount_speed_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    told: list[tuple[str, float | None]] = []
    meter = Meter("bytes", lambda *what: told.append(what))
    meter.report("fetching", 10_000_000, 50_000_000)  # 10 MB were here before
    now[0] += 0.1
    meter.report("fetching", 15_000_000, 50_000_000)  # too soon
    now[0] += 3.9
    meter.report("fetching", 18_000_000, 50_000_000)
    assert told == [
        ("fetching: 10.0 of 50.0 MB", 0.2),
        ("fetching: 18.0 of 50.0 MB, 2.0 MB/s, 16 s left", 0.36),
    ]


def test_papers_are_counted_whole() -> None:
    told: list[tuple[str, float | None]] = []
    meter = Meter("papers", lambda *what: told.append(what))
    meter.report("query 1 of 1: q", 1200, 3000)
    meter.report("query 1 of 1: q", 1200, None, now=True)
    assert told == [
        ("query 1 of 1: q: 1,200 of 3,000 papers", 0.4),
        ("query 1 of 1: q: 1,200 papers", None),
    ]
