"""Configs: defaults, bounds, JSON, limits from the environment."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag import cli, config
from arxivtag.config import Limits
from arxivtag.errors import ConfigError
from arxivtag.fields import from_dict, to_dict
from arxivtag.policy import data_paths
from arxivtag.settings import (
    PRESET_HELP,
    PRESET_NAMES,
    PRESETS,
    RunConfig,
    VectorizerConfig,
    preset_settings,
    validate,
)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_valid_and_survive_json(name: str) -> None:
    run = PRESETS[name]
    assert run.preset == name
    again = from_dict(RunConfig, json.loads(json.dumps(to_dict(run))))
    assert again == run


def test_keras_example_makes_the_examples_choices() -> None:
    run = preset_settings("keras-example")
    assert run.model.hidden_units == (512, 256)
    assert (run.training.epochs, run.training.batch_size) == (20, 128)
    assert run.training.learning_rate == 0.001
    assert run.training.loss == "binary_crossentropy"
    assert run.training.early_stopping_patience is None
    assert run.vectorizer == VectorizerConfig(
        max_tokens=None, ngrams=2, min_document_frequency=1, sublinear_tf=False, l2_normalize=False
    )
    assert run.cleaning.rare_combinations == "drop"


def test_unknown_preset_and_unknown_keys() -> None:
    with pytest.raises(ConfigError, match="no preset named 'best'"):
        preset_settings("best")
    values = to_dict(PRESETS["tuned"]) | {"from_a_newer_version": 1}
    assert from_dict(RunConfig, values) == PRESETS["tuned"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from([item.name for item in dataclasses.fields(RunConfig)]), json_values
    )
)
def test_any_json_is_a_config_or_one_config_error(values: dict[str, object]) -> None:
    try:
        run = from_dict(RunConfig, values)
    except ConfigError:
        return
    assert validate(run) == run


def with_hidden_units(preset: str, units: tuple[int, ...]) -> RunConfig:
    run = PRESETS[preset]
    return dataclasses.replace(run, model=dataclasses.replace(run.model, hidden_units=units))


def test_a_bundle_holds_as_many_layers_as_may_be_asked_for() -> None:
    validate(with_hidden_units("tuned", (8,) * 15))
    with pytest.raises(ConfigError, match="hidden_units should have at most 15 values"):
        validate(with_hidden_units("tuned", (8,) * 16))


def test_a_loss_that_would_be_ignored_is_refused() -> None:
    wrong = with_hidden_units("linear", (8,))
    with pytest.raises(ConfigError, match="squared_hinge should be used without hidden layers"):
        validate(wrong)
    # Runs of older versions that were trained so stay readable.
    assert from_dict(RunConfig, to_dict(wrong)) == wrong


@pytest.mark.parametrize("number", [10**400, -(10**400)])
def test_numbers_beyond_all_floats_are_one_sentence(number: int) -> None:
    values = to_dict(PRESETS["tuned"]) | {"random_seed": number}
    with pytest.raises(ConfigError, match="random_seed should be at"):
        from_dict(RunConfig, values)
    values = to_dict(PRESETS["tuned"])
    values["training"]["learning_rate"] = number
    with pytest.raises(ConfigError, match="learning_rate should be at"):
        from_dict(RunConfig, values)


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config.limits() == Limits()
    monkeypatch.setenv("ARXIVTAG_MAX_ROWS", "1000")
    assert config.limits() == Limits(max_rows=1000)
    monkeypatch.setenv("ARXIVTAG_MAX_ROWS", "many")
    with pytest.raises(ConfigError, match="ARXIVTAG_MAX_ROWS should be a whole number"):
        config.limits()
    monkeypatch.setenv("ARXIVTAG_MAX_ROWS", "0")
    with pytest.raises(ConfigError, match="max_rows should be at least 1"):
        config.limits()


def test_a_chosen_cluster_stands_before_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_CLUSTER", " tcp://usual:8786 ")
    with config.on_cluster(None):
        assert config.cluster_address() == "tcp://usual:8786"
    with config.on_cluster("tcp://chosen:8786"):
        assert config.cluster_address() == "tcp://chosen:8786"
    assert config.cluster_address() == "tcp://usual:8786"


def test_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ARXIVTAG_HOME", str(tmp_path / "here"))
    assert config.home_folder() == tmp_path / "here"
    assert config.runs_folder(config.home_folder()) == tmp_path / "here" / "runs"
    monkeypatch.delenv("ARXIVTAG_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert config.home_folder() == tmp_path / "arxivtag"


def test_every_preset_has_a_name_and_a_sentence() -> None:
    assert PRESETS.keys() == PRESET_NAMES.keys() == PRESET_HELP.keys()
    assert all(settings.preset == name for name, settings in PRESETS.items())


@pytest.mark.parametrize("variable", ["ARXIVTAG_HOME", "ARXIVTAG_DATA"])
def test_the_folder_of_somebody_who_is_not_here_is_one_sentence(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "~nobody-of-that-name/papers")
    with pytest.raises(ConfigError, match="'~nobody-of-that-name/papers' cannot be found"):
        config.home_folder() if variable == "ARXIVTAG_HOME" else data_paths()


def test_a_home_of_somebody_who_is_not_here_is_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.run_command(["runs", "--home", "~nobody-of-that-name/papers"]) == 1
    assert "cannot be found" in capsys.readouterr().err
