"""The targets of the long fuzzer take some bytes in ``make test``, so that they do not rot."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks import fuzz

SEEDS = (
    b"",
    b"\x00",
    b"\x00['cs.CV']",
    b"\x00title,abstract,labels\na,b,c\n",
    b"\x02{}\n",
    b"\xff",
)


@pytest.mark.parametrize("name", list(fuzz.TARGETS))
def test_some_bytes_raise_our_errors_only(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in fuzz.SMALL_LIMITS.items():
        monkeypatch.setenv(variable, value)
    target = fuzz.guarded(fuzz.TARGETS[name](tmp_path))
    chance = random.Random(1)
    begin_with = fuzz.seeds(name, tmp_path) if name in ("reader", "bundle", "run") else []
    assert begin_with or name in ("labels", "tokenizer")
    for data in (
        *SEEDS,
        *begin_with,
        *(chance.randbytes(chance.randrange(1, 400)) for _ in range(60)),
    ):
        target(data)
