"""The command-line flags of a run's settings, and what reads whatever else is given there.

Every setting (see :mod:`arxivtag.settings`) is a flag, so that the command line can do
what the Train form can.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from arxivtag import config
from arxivtag.errors import DataError
from arxivtag.settings import (
    NONE_WORD,
    RunConfig,
    Setting,
    all_settings,
    preset_settings,
    with_settings,
)


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add one flag per setting to ``parser``; flags not given stay absent from the namespace."""
    for item in all_settings():
        options: dict[str, Any] = {"dest": item.name, "default": argparse.SUPPRESS}
        help = str(item.metadata.get("help", "")).replace("empty:", f"{NONE_WORD}:")
        options["help"] = help.replace("%", "%%")
        if item.kind is bool:
            options["action"] = argparse.BooleanOptionalAction
        elif item.choices:
            options["choices"] = item.choices
        else:
            options["metavar"] = "VALUE"
            options["type"] = _reader(item)
        parser.add_argument(item.flag, **options)


def _reader(item: Setting) -> Callable[[str], object]:
    """Return what reads the setting from its flag; argparse reports its ``ValueError``."""

    def parse(text: str) -> object:
        return item.value_of(text)

    parse.__name__ = item.name.replace("_", " ")  # argparse says "invalid learning rate value"
    return parse


def settings_given(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that were given as flags, by name."""
    given = vars(arguments)
    return {item.name: given[item.name] for item in all_settings() if item.name in given}


def settings_from(arguments: argparse.Namespace) -> RunConfig:
    """Return the settings that parsed arguments (``data``, ``preset`` and flags) stand for.

    Raises:
        ConfigError: If a value is out of its bounds, or two do not go together.
    """
    start = dataclasses.replace(preset_settings(arguments.preset), data=arguments.data)
    return with_settings(start, settings_given(arguments))


def between(
    kind: type[int] | type[float], lowest: float, highest: float, expected: str
) -> Callable[[str], float]:
    """Return a reader of a number within bounds, for argparse."""

    def parse(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = math.nan
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError(f"should be {expected}. Received: {text!r}.")
        return number

    return parse


def names(text: str) -> tuple[str, ...]:
    """Return names that commas separate."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def whole_numbers(text: str) -> tuple[int, ...]:
    """Return whole numbers that commas separate.

    Raises:
        ArgumentTypeError: If one is none.
    """
    try:
        return tuple(int(part) for part in names(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"should be whole numbers, as in 1,2,3. Received: {text!r}."
        ) from None


def base_path(text: str) -> str:
    """Return a path that stands before every page, as ``/a/b``; empty for none."""
    parts = [part for part in text.split("/") if part]
    if any(not re.fullmatch(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*", part) for part in parts):
        raise argparse.ArgumentTypeError(f"should be a path such as /arxivtag. Received: {text!r}.")
    return "".join(f"/{part}" for part in parts)


def file_ending_in(*endings: str) -> Callable[[str], Path]:
    """Return a reader of a file's name, for argparse."""

    def parse(text: str) -> Path:
        if Path(text).suffix.lower() not in endings:
            raise argparse.ArgumentTypeError(
                f"should end in {', '.join(endings)}. Received: {text!r}."
            )
        return Path(text)

    return parse


def standard_input() -> str:
    """Return the abstract on standard input, bounded and decoded.

    Raises:
        DataError: If there is none, or it is too long.
    """
    longest = config.limits().max_abstract_chars
    content = sys.stdin.buffer.read(4 * longest + 1) if sys.stdin else b""
    text = content.decode("utf-8", errors="replace").strip()
    if not text:
        raise DataError(
            "There is no text on standard input.",
            "Pipe one abstract in: echo '...' | arxivtag tag pretrained -",
        )
    if len(text) > longest:
        raise DataError(
            f"The abstract is longer than {longest:,} characters.",
            "Tag a file of papers instead, or raise ARXIVTAG_MAX_ABSTRACT_CHARS.",
        )
    return text
