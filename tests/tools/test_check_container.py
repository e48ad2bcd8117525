"""The Containerfile: what it promises, and that its command serves from a read-only folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import free_port
from tests.conftest import PROJECT_FOLDER
from tools.check_container import check, read_image


def test_it_keeps_what_is_promised() -> None:
    image = read_image()
    assert int(image.user) > 0
    assert image.environment["ARXIVTAG_VISITORS"] == "1"
    assert not any("pip" in line or "apt" in line for line in image.run), "no tools in the end"
    assert image.command[:2] == ["arxivtag", "app"]
    text = (PROJECT_FOLDER / "Containerfile").read_text()
    assert text.count("\nFROM python:3.11-slim") == 2
    compose = (PROJECT_FOLDER / "compose.yaml").read_text()
    assert "read_only: true" in compose
    assert '"127.0.0.1:8501:8501"' in compose, "no other machine reaches it unasked"


def test_its_command_serves_and_ends(tmp_path: Path) -> None:
    if not (Path(sys.executable).with_name("arxivtag")).exists():
        pytest.skip("the package is not installed here")
    assert check(Path(sys.executable), tmp_path, free_port(), os.geteuid()) > 0
