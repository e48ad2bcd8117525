"""The flags of a run's settings, there and back."""

from __future__ import annotations

import argparse
import dataclasses
import os
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag import config, flags
from arxivtag.errors import ConfigError
from arxivtag.fields import from_dict, to_dict
from arxivtag.settings import (
    PRESETS,
    RunConfig,
    Setting,
    all_settings,
    as_text,
    command_line,
    preset_settings,
    with_settings,
)


def parse(words: list[str]) -> RunConfig:
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--preset", default="tuned")
    flags.add_flags(parser)
    return flags.settings_from(parser.parse_args(words))


def test_setting_names_are_unique_among_sections() -> None:
    names = [item.name for item in all_settings()]
    assert len(names) == len(set(names))


def test_every_setting_has_a_line_of_help() -> None:
    assert not [item.name for item in all_settings() if not item.metadata.get("help")]


def test_help_says_none_where_a_form_would_be_left_empty() -> None:
    parser = argparse.ArgumentParser()
    flags.add_flags(parser)
    told = " ".join(parser.format_help().split())
    assert "none: by the number of training papers" in told
    assert "empty" not in told
    assert parser.parse_args(["--epochs", "none"]).epochs is None


def test_flags_change_what_they_name_and_nothing_else() -> None:
    run = parse(["papers.csv", "--preset", "keras-example", "--epochs", "3", "--no-l2-normalize",
                 "--hidden-units", "64,32", "--max-tokens", "none"])  # fmt: skip
    expected = dataclasses.replace(PRESETS["keras-example"], data="papers.csv")
    expected = dataclasses.replace(
        expected,
        training=dataclasses.replace(expected.training, epochs=3),
        model=dataclasses.replace(expected.model, hidden_units=(64, 32)),
    )
    assert run == expected


@given(
    preset=st.sampled_from(sorted(PRESETS)),
    epochs=st.integers(1, 200),
    hidden_units=st.lists(st.integers(1, 4096), max_size=3),
    max_tokens=st.none() | st.integers(100, 10**6),
    learning_rate=st.floats(1e-6, 1.0),
    l2_normalize=st.booleans(),
    column=st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    label_separator=st.sampled_from(["auto", "none", ";", "newline"]),
    data=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(
        lambda text: not text.startswith("-")
    ),
)
def test_the_command_line_of_a_run_repeats_it(
    preset: str,
    epochs: int,
    hidden_units: list[int],
    max_tokens: int | None,
    learning_rate: float,
    l2_normalize: bool,
    data: str,
    column: str,
    label_separator: str,
) -> None:
    run = with_settings(
        dataclasses.replace(preset_settings(preset), data=data),
        {
            "epochs": epochs,
            # The preset linear learns by margins, which hidden layers do not go with.
            "hidden_units": () if preset == "linear" else tuple(hidden_units),
            "max_tokens": max_tokens,
            "learning_rate": learning_rate,
            "l2_normalize": l2_normalize,
            "columns": f"abstract={column}",
            "label_separator": label_separator,
        },
    )
    words = shlex.split(command_line(run))
    assert words[:2] == ["arxivtag", "train"]
    assert parse(words[2:]) == run


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ConfigError, match="no setting named 'speed'"):
        with_settings(PRESETS["tuned"], {"speed": 3})


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("epochs", 0, "epochs should be at least 1. Received: 0"),
        ("epochs", True, "epochs should be of type int"),
        ("random_seed", 99_999_999_999, "at most 2,147,483,647. Received: 99,999,999,999"),
        ("random_seed", 10**400, "Received: a far larger number"),
        ("learning_rate", float("nan"), "learning_rate should be of type float"),
        ("hidden_units", (8, 0), "hidden_units should be at least 1. Received: 0"),
        ("loss", "mse", "loss should be of type"),
    ],
)
def test_values_out_of_bounds_are_refused(name: str, value: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace(".", r"\.")):
        with_settings(PRESETS["tuned"], {name: value})


def test_settings_that_do_not_go_together_are_refused() -> None:
    """The Train form asks with_settings whether Start may be offered."""
    with pytest.raises(ConfigError, match="squared_hinge should be used without hidden layers"):
        with_settings(PRESETS["tuned"], {"loss": "squared_hinge"})


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


def test_the_documented_settings_are_the_settings() -> None:
    path = config.PROJECT_FOLDER / "docs/settings.md"
    begin, end = "<!-- settings:begin -->\n", "<!-- settings:end -->"
    before, rest = path.read_text(encoding="utf-8").split(begin)
    table, after = rest.split(end)
    expected = markdown_table()
    if os.environ.get("ARXIVTAG_WRITE_DOCS") == "1":
        path.write_text(f"{before}{begin}{expected}{end}{after}", encoding="utf-8")
        return
    assert table == expected, "set ARXIVTAG_WRITE_DOCS=1 to write it anew"


def test_settings_of_older_runs_say_nothing_about_the_file() -> None:
    values = to_dict(PRESETS["tuned"])
    del values["columns"], values["label_separator"]
    assert from_dict(RunConfig, values) == PRESETS["tuned"]
