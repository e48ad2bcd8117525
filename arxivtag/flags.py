"""The command-line flags of a run's settings, and their table in the docs.

Every setting (see :mod:`arxivtag.settings`) is a flag, so that the command line can do
what the Train form can.
"""

from __future__ import annotations

import argparse
import dataclasses
import typing
from collections.abc import Callable
from typing import Any

from arxivtag.settings import (
    NONE_WORD,
    PRESETS,
    RunConfig,
    Setting,
    all_settings,
    as_text,
    preset_settings,
    with_settings,
)


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add one flag per setting to ``parser``; flags not given stay absent from the namespace."""
    for item in all_settings():
        options: dict[str, Any] = {"dest": item.name, "default": argparse.SUPPRESS}
        options["help"] = str(item.metadata.get("help", "")).replace("%", "%%")
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
    arguments = typing.get_args(item.kind)
    is_tuple, is_optional = typing.get_origin(item.kind) is tuple, type(None) in arguments
    kind = arguments[0] if arguments else item.kind

    def parse(text: str) -> object:
        if text.lower() == NONE_WORD and (is_tuple or is_optional):
            return () if is_tuple else None
        return tuple(kind(part) for part in text.split(",")) if is_tuple else kind(text)

    parse.__name__ = item.name.replace("_", " ")  # argparse says "invalid learning rate value"
    return parse


def settings_from(arguments: argparse.Namespace) -> RunConfig:
    """Return the settings that parsed arguments (``data``, ``preset`` and flags) stand for.

    Raises:
        ConfigError: If a value is out of its bounds, or two do not go together.
    """
    given = vars(arguments)
    changes = {item.name: given[item.name] for item in all_settings() if item.name in given}
    start = dataclasses.replace(preset_settings(arguments.preset), data=arguments.data)
    return with_settings(start, changes)


def markdown_table() -> str:
    """Return all settings with their flag, value in each preset, bounds and help, as Markdown."""
    rows = [
        f"| flag | {' | '.join(PRESETS)} | bounds | what it is |",
        f"|---|{'---|' * len(PRESETS)}---|---|",
    ]
    for item in all_settings():
        values = [as_text(item.value_in(settings)) for settings in PRESETS.values()]
        cells = [f"`{item.flag}`", *values, _bounds_text(item), str(item.metadata.get("help", ""))]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _bounds_text(item: Setting) -> str:
    if item.choices:
        return ", ".join(item.choices)
    if item.kind is bool:
        return "on or off (`--no-...`)"
    low, high = item.metadata.get("minimum"), item.metadata.get("maximum")
    return " to ".join(f"{bound:,}" for bound in (low, high) if bound is not None)
