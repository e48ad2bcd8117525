"""The command-line flags of a run's settings.

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
