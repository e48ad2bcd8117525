"""One model of finished runs: which go together, and the run that makes it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from arxivtag import cli, storage
from arxivtag.errors import RunError
from arxivtag.fields import to_dict
from arxivtag.runs.ensembles import ensemble_settings
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.registry import made_name
from arxivtag.settings import RunConfig, command_line, validate, with_settings
from arxivtag.tagging.bundle import new_manifest
from arxivtag.tagging.saving import save_bundle
from tests.runs.conftest import make_run
from tests.tagging.models import make_bundle

ALIKE = RunConfig(data="sample", preset="tuned")


def finished(home: Path, run_id: str, form: str = "plain", **changes: object) -> None:
    """A finished run with the model of a form, and settings of which some are changed."""
    settings = with_settings(ALIKE, changes)
    settings = dataclasses.replace(settings, preset="cnn" if form == "cnn" else "tuned")
    bundle = make_bundle(form)
    bundle = dataclasses.replace(bundle, manifest=new_manifest(settings, "f" * 64))
    save_bundle(bundle, make_run(home, run_id, config=settings).bundle)


def test_members_of_one_split_become_one_run(home: Path) -> None:
    finished(home, "first", max_length_words=30)
    finished(home, "second", "cnn", max_length_words=20)
    settings = validate(ensemble_settings(["first", "second", "first"], home))
    assert settings.members == ("first", "second")
    assert settings.preset == "cnn + tuned"
    assert settings.vectorizer.max_length_words == 30
    assert command_line(settings) == "arxivtag ensemble first second"
    assert made_name(to_dict(settings)) == "cnn + tuned, seed 42"


def test_runs_that_do_not_go_together(home: Path) -> None:
    finished(home, "first")
    finished(home, "second")
    differing: dict[str, dict[str, object]] = {
        "the random seed, which decides the split": {"random_seed": 7},
        "the split": {"held_out_fraction": 0.2},
        "cleaning": {"merge_areas": True},
        "the text that they read": {"text_fields": "title_and_abstract"},
        "how texts become n-grams": {"l2_normalize": True},
    }
    for named, changes in differing.items():
        make_run(home, "second", config=with_settings(ALIKE, changes))
        with pytest.raises(RunError, match=f"cannot be one model: they differ in {named}"):
            ensemble_settings(["first", "second"], home)


def test_models_that_do_not_go_together(home: Path) -> None:
    finished(home, "first")
    finished(home, "second", "softmax")
    with pytest.raises(RunError, match="they differ in the loss"):
        ensemble_settings(["first", "second"], home)
    with pytest.raises(RunError, match=r"2 to 8 members\. Received: 1"):
        ensemble_settings(["first", "first"], home)
    with pytest.raises(RunError, match="no run 'gone'"):
        ensemble_settings(["first", "gone"], home)


def test_a_model_that_does_not_say_what_it_learnt_from(home: Path) -> None:
    finished(home, "first")
    finished(home, "second", random_seed=7)
    path = RunFolder("second", home).bundle / "manifest.json"
    manifest = storage.read_json(path)
    del manifest["data_fingerprint"]
    storage.write_json(path, manifest)
    with pytest.raises(RunError, match="they differ in the random seed"):
        ensemble_settings(["first", "second"], home)
    storage.write_json(RunFolder("second", home).config, to_dict(ALIKE))
    with pytest.raises(RunError, match="they differ in the data"):
        ensemble_settings(["first", "second"], home)


def test_the_command_says_what_is_wrong(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    finished(home, "first")
    assert cli.run_command(["ensemble", "first", "gone", "--home", str(home)]) == 1
    assert "There is no run 'gone'." in capsys.readouterr().err
