"""Command-line flags of a run's settings, in both directions.

Every field of the run config (see :mod:`arxivtag.config`) is a flag, so that the
command line can do what the Train form can, and a run can state the exact
command that repeats it.
"""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import typing
from collections.abc import Iterator
from typing import Any

from arxivtag import config
from arxivtag.config import RunConfig
from arxivtag.errors import ConfigError

NONE_WORD = "none"
NOT_FLAGS = ("data", "preset")


@dataclasses.dataclass(frozen=True)
class Setting:
    """One field of the run config: where it stands, its type and its description.

    Attributes:
        section: Name of the nested config (``"training"``), or ``""`` for the run's own fields.
        name: Name of the field, unique among all sections.
        kind: The field's type.
        metadata: What :func:`arxivtag.config.setting` recorded.
    """

    section: str
    name: str
    kind: Any
    metadata: typing.Mapping[str, Any]

    @property
    def flag(self) -> str:
        """The long option, such as ``--learning-rate``."""
        return "--" + self.name.replace("_", "-")

    def value_in(self, run: RunConfig) -> Any:
        """Return this setting's value in ``run``."""
        return getattr(getattr(run, self.section) if self.section else run, self.name)


def settings() -> Iterator[Setting]:
    """Yield every setting of a run, in the order of the config."""
    run_types = typing.get_type_hints(RunConfig)
    for item in dataclasses.fields(RunConfig):
        kind = run_types[item.name]
        if dataclasses.is_dataclass(kind):
            types = typing.get_type_hints(kind)
            for inner in dataclasses.fields(kind):
                yield Setting(item.name, inner.name, types[inner.name], inner.metadata)
        elif item.name not in NOT_FLAGS:
            yield Setting("", item.name, kind, item.metadata)


def with_settings(run: RunConfig, changes: dict[str, Any]) -> RunConfig:
    """Return ``run`` with some settings changed, validated.

    Args:
        run: The config to start from.
        changes: New values by setting name (``{"epochs": 3}``).

    Raises:
        ConfigError: If a name is unknown or a value is out of its bounds.
    """
    known = {item.name: item for item in settings()}
    values = config.to_dict(run)
    for name, value in changes.items():
        if name not in known:
            raise ConfigError(f"There is no setting named {name!r}.", "See arxivtag train --help.")
        section = known[name].section
        (values[section] if section else values)[name] = value
    return config.from_dict(RunConfig, values)


def _parse(kind: Any, text: str) -> Any:
    """Return ``text`` as a value of ``kind`` (raises ``ValueError``, which argparse reports)."""
    arguments = typing.get_args(kind)
    if text.lower() == NONE_WORD:
        if type(None) in arguments:
            return None
        if typing.get_origin(kind) is tuple:
            return ()
    if typing.get_origin(kind) is tuple:
        return tuple(arguments[0](part) for part in text.split(","))
    if type(None) in arguments:
        kind = next(argument for argument in arguments if argument is not type(None))
    return kind(text)


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add one flag a setting to ``parser``; flags not given stay absent from the namespace."""
    for item in settings():
        options: dict[str, Any] = {"dest": item.name, "default": argparse.SUPPRESS}
        options["help"] = str(item.metadata.get("help", "")).replace("%", "%%")
        if item.kind is bool:
            options["action"] = argparse.BooleanOptionalAction
        elif item.metadata.get("choices"):
            options["choices"] = item.metadata["choices"]
        else:
            options["metavar"] = "VALUE"
            options["type"] = _named_parser(item)
        parser.add_argument(item.flag, **options)


def _named_parser(item: Setting) -> typing.Callable[[str], Any]:
    def parse(text: str) -> Any:
        return _parse(item.kind, text)

    parse.__name__ = item.name.replace("_", " ")  # argparse says "invalid learning rate value"
    return parse


def run_config(arguments: argparse.Namespace) -> RunConfig:
    """Return the run config that parsed arguments (``data``, ``preset`` and flags) stand for."""
    given = vars(arguments)
    changes = {item.name: given[item.name] for item in settings() if item.name in given}
    start = dataclasses.replace(config.preset(arguments.preset), data=arguments.data)
    return with_settings(start, changes)


def _as_text(value: Any) -> str:
    if value is None or value == ():
        return NONE_WORD
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value)


def command_line(run: RunConfig) -> str:
    """Return the exact command that repeats ``run``: its preset and what differs from it."""
    preset = config.preset(run.preset)
    words = ["arxivtag", "train", run.data, "--preset", run.preset]
    for item in settings():
        value = item.value_in(run)
        if value == item.value_in(preset) and item.name != "random_seed":
            continue
        if item.kind is bool:
            words.append(item.flag if value else item.flag.replace("--", "--no-", 1))
        else:
            words += [item.flag, _as_text(value)]
    return shlex.join(words)


def markdown_table() -> str:
    """Return all settings with their flag, value in each preset, bounds and help, as Markdown."""
    rows = [
        f"| flag | {' | '.join(config.PRESETS)} | bounds | what it is |",
        f"|---|{'---|' * len(config.PRESETS)}---|---|",
    ]
    for item in settings():
        values = [_as_text(item.value_in(run)) for run in config.PRESETS.values()]
        cells = [f"`{item.flag}`", *values, _bounds_text(item), str(item.metadata.get("help", ""))]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _bounds_text(item: Setting) -> str:
    if item.metadata.get("choices"):
        return ", ".join(item.metadata["choices"])
    if item.kind is bool:
        return "on or off (`--no-...`)"
    low, high = item.metadata.get("minimum"), item.metadata.get("maximum")
    return " to ".join(f"{bound:,}" for bound in (low, high) if bound is not None)
