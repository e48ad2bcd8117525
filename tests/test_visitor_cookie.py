"""Visitors' cookies: ours are known, all others are nobody's."""

from __future__ import annotations

import hashlib
import hmac
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.errors import StorageError
from arxivtag.visitor_cookie import new_value, visitor_of


def test_the_name_is_signed_with_the_homes_secret(tmp_path: Path) -> None:
    value = new_value(tmp_path)
    name, _, signature = value.partition(".")
    secret = (tmp_path / "secrets" / "visitors").read_bytes()
    assert signature == hmac.new(secret, name.encode(), hashlib.sha256).hexdigest()
    assert visitor_of(value, tmp_path) == name
    assert new_value(tmp_path) != value
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_of_another_home_or_changed_it_is_nobodys(tmp_path: Path) -> None:
    value = new_value(tmp_path / "a")
    assert visitor_of(value, tmp_path / "b") == ""
    name, _, signature = value.partition(".")
    other = ("1" if name[0] != "1" else "2") + name[1:]
    assert visitor_of(f"{other}.{signature}", tmp_path / "a") == ""
    assert visitor_of(name, tmp_path / "a") == ""


@given(st.text(max_size=120))
def test_no_text_is_somebody(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    assert visitor_of(text, tmp_path_factory.getbasetemp() / "home") == ""


def test_a_secret_that_was_cut_is_told(tmp_path: Path) -> None:
    value = new_value(tmp_path)
    (tmp_path / "secrets" / "visitors").write_bytes(b"short")
    with pytest.raises(StorageError, match="32 bytes"):
        visitor_of(value, tmp_path)
