"""The Containerfile: what it promises, and that its command serves from a read-only folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT_FOLDER
from tools.check_container import namespaces, read_image


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


def test_its_command_serves_without_a_network_and_ends() -> None:
    if not (Path(sys.executable).with_name("arxivtag")).exists():
        pytest.skip("the package is not installed here")
    words = [sys.executable, "-m", "tools.check_container", sys.executable]
    ended = subprocess.run(words, cwd=PROJECT_FOLDER, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "Healthy after" in ended.stdout
    if namespaces():
        assert "without a network, with a read-only root" in ended.stdout
