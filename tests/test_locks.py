"""Locks between processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from arxivtag import locks
from arxivtag.errors import StorageError


def test_only_one_has_a_lock_and_readers_see_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not locks.is_held(path)
    first = locks.try_acquire(path)
    assert first is not None
    assert locks.is_held(path)
    assert locks.try_acquire(path) is None
    locks.release(first)
    assert not locks.is_held(path)
    second = locks.try_acquire(path)
    assert second is not None
    locks.release(second)


def test_an_inherited_lock_lives_as_long_as_the_child(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held = locks.try_acquire(path)
    assert held is not None
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(held,)
    )
    locks.release(held)
    assert locks.is_held(path)
    child.kill()
    child.wait()
    assert child.stdin is not None
    child.stdin.close()
    assert not locks.is_held(path)


def test_who_waited_for_a_lock_whose_file_goes_shares_none_with_who_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lock"
    first = locks.try_acquire(path)
    assert first is not None
    assert locks.try_acquire(path) is None

    def end(_: float) -> None:
        """It goes while somebody waits, who has opened the file that is no more."""
        path.unlink()
        locks.release(first)

    monkeypatch.setattr("time.sleep", end)
    second = locks.try_acquire(path, timeout_s=60)
    assert second is not None
    assert locks.try_acquire(path) is None
    locks.release(second)


def test_held_waits_and_then_says_so(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "lock"
    with (
        locks.held(path),
        pytest.raises(StorageError, match="Another process"),
        locks.held(path, timeout_s=0.05),
    ):
        pass
    assert not locks.is_held(path)


def test_a_lock_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        locks.try_acquire(tmp_path / "file" / "lock")
    assert not locks.is_held(tmp_path / "file" / "lock")


def test_a_shared_lock_keeps_others_from_having_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    readers = [locks.try_acquire(path, shared=True) for _ in range(2)]
    assert None not in readers
    assert locks.try_acquire(path) is None
    for reader in readers:
        assert reader is not None
        locks.release(reader)
    alone = locks.try_acquire(path)
    assert alone is not None
    assert locks.try_acquire(path, shared=True) is None
    locks.release(alone)
