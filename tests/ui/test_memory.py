"""The garbage collector looks at what is new, and still finds all garbage."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from arxivtag.ui.frame import memory


class Knot:
    """An object that holds itself: only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def unfrozen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(memory._Last, "at", float("-inf"))
    yield
    gc.unfreeze()


def test_objects_are_set_aside_once_in_a_while() -> None:
    assert memory.set_old_objects_aside()
    assert gc.get_freeze_count() > 10_000
    assert not memory.set_old_objects_aside()


def test_garbage_is_found_whether_it_was_set_aside_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    old = Knot()
    memory.set_old_objects_aside()
    new = Knot()
    seen = [weakref.ref(old), weakref.ref(new)]
    del old, new
    gc.collect()
    assert seen[0]() is not None  # set aside: not looked at
    assert seen[1]() is None
    monkeypatch.setattr(memory._Last, "at", float("-inf"))
    memory.set_old_objects_aside()
    assert seen[0]() is None


def test_pages_do_it(open_app: Callable[..., AppTest]) -> None:
    open_app()
    assert gc.get_freeze_count() > 10_000
