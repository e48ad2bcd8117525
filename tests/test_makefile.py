"""The Makefile: every target has a rule, and a set-up that broke off is mended."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import PROJECT_FOLDER

# Stands for a Python whose venv works or does not: it notes what it is asked to do.
FAKE_PYTHON = """#!/bin/sh
echo "$@" >> calls.txt
case "$1 $2" in
  "-m venv") {venv} ;;
  *) exit 0 ;;
esac
"""
WORKS = "mkdir -p .venv/bin && cp fake .venv/bin/python && chmod +x .venv/bin/python"
# As on Debian without python3-venv: a Python is there, but no pip.
FAILS = (
    "mkdir -p .venv/bin && printf '#!/bin/sh\\nexit 1\\n' > .venv/bin/python "
    "&& chmod +x .venv/bin/python; exit 1"
)


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    # As from a shell, also where these tests were begun by make.
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
    return subprocess.run(
        ["make", *words],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name not in outer},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(PROJECT_FOLDER / name, tmp_path / name)
    (tmp_path / "fake").write_text(FAKE_PYTHON.format(venv="exit 0"))
    return tmp_path


def set_up(copy: Path, venv: str) -> subprocess.CompletedProcess[str]:
    python = copy / "python"
    python.write_text(FAKE_PYTHON.format(venv=venv))
    python.chmod(0o755)
    return make(copy, ".venv/.run", f"PYTHON={python}")


def test_a_set_up_that_broke_off_is_told_and_then_made_anew(copy: Path) -> None:
    broken = set_up(copy, FAILS)
    assert broken.returncode != 0
    assert "apt install python3-venv" in broken.stdout
    assert (copy / ".venv" / "bin" / "python").exists()
    assert not (copy / ".venv" / ".run").exists()
    mended = set_up(copy, WORKS)
    assert mended.returncode == 0, mended.stdout + mended.stderr
    calls = (copy / "calls.txt").read_text()
    assert calls.count("-m venv --clear .venv") == 2
    assert "-m pip --disable-pip-version-check -q install -c constraints.txt -e ." in calls
    # The second time nothing is done.
    assert "is up to date" in make(copy, ".venv/.run").stdout


def test_every_phony_target_has_a_rule_and_help_says_what_there_is() -> None:
    text = (PROJECT_FOLDER / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    for target in phony.split():
        assert re.search(rf"^{target}:", text, re.MULTILINE), target
    told = make(PROJECT_FOLDER, "help").stdout.splitlines()
    assert all(line.startswith("make ") for line in told)
    assert any("pretrained" in line for line in told)


def test_python_s_bounds_are_the_same_everywhere() -> None:
    project = tomllib.loads((PROJECT_FOLDER / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
    assert "(3, 11) <= sys.version_info < (3, 14)" in (PROJECT_FOLDER / "Makefile").read_text()
    assert "Python 3.11, 3.12 or 3.13" in (PROJECT_FOLDER / "README.md").read_text()
