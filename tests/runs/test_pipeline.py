"""The real pipeline on the sample: the contract's result, the folder it leaves, stop and resume."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from arxivtag import locks, storage
from arxivtag.config import PROJECT_FOLDER, SAMPLE_PATH, runs_folder
from arxivtag.corpus.store import open_corpus
from arxivtag.corpus.texts import papers_at
from arxivtag.errors import ConfigError, RunError, StorageError
from arxivtag.exploring import map_groups
from arxivtag.learning import baselines, thresholds
from arxivtag.learning.predictions import load_predictions
from arxivtag.learning.space import circle_places, from_bytes, paper_places
from arxivtag.papers.texts import join_text
from arxivtag.runs import ensembles, jobs, pipeline, registry, results, worker
from arxivtag.runs.recorder import RunRecorder
from arxivtag.runs.space import read_space
from arxivtag.runs.status import RunStatus, read_status
from arxivtag.settings import RunConfig, preset_settings
from arxivtag.tagging import tagger
from arxivtag.tagging.loading import load_bundle
from tests.runs.conftest import make_run, state_of, wait_for, workers
from tests.runs.made_models import make_model, settings_of

CONTRACT = ("run_id", "status", "evaluation", "timings", "n_train", "n_val", "n_test",
            "n_features", "n_labels")  # fmt: skip
EVALUATION = (
    "micro_f1", "macro_f1", "samples_f1", "lrap", "precision_at_1", "precision_at_3",
    "precision_at_5", "subset_accuracy", "hamming_loss", "binary_accuracy",
    "binary_accuracy_all_zeros", "n_samples", "n_labels", "n_unknown_labels", "thresholds",
)  # fmt: skip


def train(
    home: Path, *words: str, data: str = "sample", folder: Path = PROJECT_FOLDER
) -> subprocess.Popen[str]:
    """Start ``arxivtag train`` in ``folder``, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "arxivtag", "train", data, "--preset", "linear",
         "--home", str(home), "--json", *words],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A home folder with one run, and what the command printed.

    It is trained on a file with one broken row, named by a relative path.
    """
    home = tmp_path_factory.mktemp("trained")
    papers = pd.read_csv(SAMPLE_PATH).rename(columns={"terms": "labels"})
    lines = papers.to_json(orient="records", lines=True)
    (home / "papers.jsonl").write_text(lines + "{broken\n")
    process = train(
        home, "--epochs", "2", "--bootstrap-samples", "20", data="papers.jsonl", folder=home
    )
    output, progress = process.communicate(timeout=240)
    assert process.returncode == 0, progress
    assert "train" in progress
    assert "1 row was left out: not valid JSON." in progress
    return home, json.loads(output)


def test_result_has_the_contract_s_keys(trained: tuple[Path, dict[str, Any]]) -> None:
    _, result = trained
    assert set(CONTRACT) <= set(result)
    assert set(EVALUATION) <= set(result["evaluation"])
    assert result["status"] == "finished"
    timings = result["timings"]
    stages = ("load", "clean", "split", "vectorize", "train", "evaluate")
    assert all(timings[stage] > 0 for stage in stages)
    assert len(timings["epochs"]) == 2
    assert result["n_test"] == result["evaluation"]["n_samples"]
    assert len(result["data"]["fingerprint"]) == 64
    assert (result["data"]["n_rows"], result["data"]["n_skipped"]) == (2000, 1)
    assert result["versions"]["keras"]


def test_mistakes_are_those_that_were_counted(trained: tuple[Path, dict[str, Any]]) -> None:
    home, result = trained
    run = registry.read_run(result["run_id"], home)
    assert run.settings is not None
    corpus = open_corpus(run.settings.data, home)
    kinds = results.rightness(run, corpus)
    assert kinds is not None
    tested = kinds[kinds != results.UNTESTED]
    assert len(kinds) == 2000
    assert len(tested) == result["n_test"]
    counts = np.bincount(tested, minlength=3)
    assert counts[results.RIGHT] / len(tested) == result["evaluation"]["subset_accuracy"]
    assert 0 < counts[results.WRONG] < counts.sum()
    grouping = map_groups.by_mistakes(kinds, np.flatnonzero(kinds == results.WRONG)[:3])
    assert grouping is not None
    assert {grouping.names[code] for code in grouping.codes} == {"none right"}
    assert map_groups.by_mistakes(kinds, np.flatnonzero(kinds == results.UNTESTED)) is None
    titles = pq.read_table(run.folder.test_papers)["title"].to_pylist()
    rows = np.flatnonzero(kinds != results.UNTESTED)
    assert papers_at(corpus, rows)["title"].tolist() == titles
    assert results.rightness(run, open_corpus("sample", home)) is None


def test_mistakes_of_a_damaged_run_are_refused(home: Path) -> None:
    corpus = open_corpus("sample", home)
    folder = make_model(home, "run-a", settings_of(), 0.9)
    storage.write_json(folder.result, {"data": {"fingerprint": corpus.fingerprint}})
    storage.write_json(folder.evaluation, {})
    with pytest.raises(RunError, match="does not say"):
        results.rightness(registry.read_run("run-a", home), corpus)
    three = {"method": "global", "values": [0.5] * 3, "top_k": None}
    storage.write_json(folder.evaluation, {"thresholds": three})
    with pytest.raises(StorageError, match=r"4 thresholds, one per label\. Received: 3"):
        results.rightness(registry.read_run("run-a", home), corpus)


def test_an_ensemble_of_a_model_and_itself_is_that_model(
    trained: tuple[Path, dict[str, Any]],
) -> None:
    home, result = trained
    run_id = result["run_id"]
    shutil.copytree(registry.read_run(run_id, home).folder.path, runs_folder(home) / "copy")
    settings = ensembles.ensemble_settings([run_id, "copy"], home)
    alone = dataclasses.replace(settings.evaluation, linear_baseline=False)
    settings = dataclasses.replace(settings, evaluation=alone)
    again = worker.train_in_foreground(settings, home)
    for figure in ("micro_f1", "macro_f1", "lrap"):
        assert again["evaluation"][figure] == pytest.approx(result["evaluation"][figure], abs=0.02)
    assert again["n_features"] == result["n_features"]
    run = registry.read_run(again["run_id"], home)
    assert (run.state, run.preset, run.has_bundle) == ("finished", "linear + linear", True)
    assert run.settings is not None
    assert run.settings.members == (run_id, "copy")
    # Papers of another file: the members were trained on none of them.
    elsewhere = dataclasses.replace(settings, data="sample", random_seed=7)
    with pytest.raises(RunError, match="was trained on other papers"):
        worker.train_in_foreground(elsewhere, home)


def test_run_folder_holds_what_pages_read(trained: tuple[Path, dict[str, Any]]) -> None:
    home, result = trained
    run = registry.read_run(result["run_id"], home)
    assert run.state == "finished"
    assert run.has_bundle
    assert run.figures["micro_f1"] == result["evaluation"]["micro_f1"]
    assert run.settings is not None
    assert run.settings.training.epochs == 2
    # Absolute: a run again or a resume works in another folder.
    assert run.settings.data == str(home / "papers.jsonl")
    history = run.history()
    assert [record["epoch"] for record in history.epochs] == [1, 2]
    assert {"val_loss", "val_binary_accuracy", "val_micro_f1", "val_precision_at_1"} <= set(
        history.epochs[0]
    )
    assert 0.5 < history.start["binary_accuracy_all_zeros"] < 1
    assert not run.folder.checkpoint.exists()
    evaluation = storage.read_json(run.folder.evaluation)
    assert [item["key"] for item in evaluation["baselines"]][-1] == "linear"


def test_saved_model_tags_the_test_papers_as_it_was_evaluated(
    trained: tuple[Path, dict[str, Any]],
) -> None:
    home, result = trained
    folder = registry.RunFolder(result["run_id"], home)
    bundle = load_bundle(folder.bundle)
    predictions = load_predictions(folder.predictions)
    papers = pd.read_parquet(folder.test_papers)
    texts = [
        join_text(title, abstract, bundle.text_fields)
        for title, abstract in zip(papers["title"], papers["abstract"], strict=True)
    ]
    y_prob = tagger.predict(bundle, texts)
    np.testing.assert_allclose(y_prob, predictions.test.y_prob, atol=1e-5)
    # Micro-F1 by hand from what was stored.
    y_true, y_pred = predictions.test.y_true, thresholds.apply(bundle.thresholds, y_prob)
    micro_f1 = 2 * (y_true & y_pred).sum() / (y_true.sum() + y_pred.sum())
    assert result["evaluation"]["micro_f1"] == pytest.approx(micro_f1, abs=1e-6)
    assert bundle.label_names == predictions.label_names


def test_a_run_reads_its_file_as_was_said(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text('story,kind\nSome words,"Robots, small#Vision"\n')
    settings = dataclasses.replace(
        RunConfig(), data=str(path), columns="abstract=story,labels=kind", label_separator="#"
    )
    folder = jobs.create_run(settings, tmp_path, RunStatus("running"))
    recorder = RunRecorder(folder, read_status(folder.status))
    meanwhile: list[bool] = []
    stages = pipeline.Stages(recorder, lambda: "")
    corpus = pipeline._load(settings, stages, lambda: meanwhile.append(True))
    assert papers_at(corpus, [0])["labels"].tolist() == [("Robots, small", "Vision")]
    assert meanwhile, "imports begin while the file is read"


def test_interrupt_stops_and_keeps_the_model(tmp_path: Path) -> None:
    process = train(tmp_path, "--epochs", "200")
    try:
        wait_for(
            lambda: any(
                registry.RunFolder(run.run_id, tmp_path).history.exists()
                and registry.read_run(run.run_id, tmp_path).history().epochs
                for run in registry.list_runs(tmp_path)
            ),
            timeout_s=200,
        )
        process.send_signal(signal.SIGINT)
        output, progress = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 0, progress
    result = json.loads(output)
    assert result["status"] == "stopped"
    assert (
        result["evaluation"].get("linear_baseline_note", pipeline.STOPPED_NOTE)
        == pipeline.STOPPED_NOTE
    )
    assert result["evaluation"]["micro_f1"] >= 0
    load_bundle(registry.resolve_model(result["run_id"], tmp_path))


def test_preparing_the_network_is_a_part_of_training() -> None:
    entered: list[tuple[object, ...]] = []
    recorder: Any = SimpleNamespace(stage=lambda *stage: entered.append(stage))
    stages = pipeline.Stages(recorder, lambda: "")
    for name, total, unit in (("compile", 0, "papers"), ("train", 6, "epochs")):
        with stages.enter(name, total, unit):
            time.sleep(0.01)
    assert entered == [("compile", 0, "papers"), ("train", 6, "epochs")]
    assert list(stages.timings) == ["train"]
    assert stages.timings["train"] >= 0.02


def test_foreground_waits_for_a_probe_of_its_lock_and_fails_aloud(home: Path) -> None:
    folder = make_run(home, "run-a", "running")
    probe = os.open(folder.lock, os.O_RDONLY | os.O_CREAT)
    fcntl.flock(probe, fcntl.LOCK_SH)
    timer = threading.Timer(0.1, os.close, (probe,))
    timer.start()
    lock = worker._lock_of_new_run(folder)
    timer.join()
    assert locks.is_held(folder.lock)
    with pytest.raises(RunError, match="could not be taken"):
        worker._lock_of_new_run(folder)
    locks.release(lock)
    run = registry.read_run("run-a", home)
    assert (run.state, bool(run.status.message), bool(run.status.hint)) == ("failed", True, True)


@pytest.mark.parametrize(
    ("reason", "n_epochs", "message"),
    [
        ("Stopped", 0, "Stopped inside the first epoch; the model so far was kept."),
        ("Stopped", 2, "Stopped after 2 whole epochs; the best model was kept."),
        (
            "Stopped at the time limit of 20 minutes,", 1,
            "Stopped at the time limit of 20 minutes, after 1 whole epoch; the best model was "
            "kept.",
        ),
    ],
)  # fmt: skip
def test_a_stopped_run_says_why(reason: str, n_epochs: int, message: str) -> None:
    fitted: Any = SimpleNamespace(stopped=True, history=[{}] * n_epochs)
    assert pipeline._ending(fitted, reason) == ("stopped", message)


def test_killed_training_goes_on_from_its_last_epoch(home: Path) -> None:
    linear = preset_settings("linear")
    config = dataclasses.replace(
        linear,
        training=dataclasses.replace(linear.training, epochs=30, early_stopping_patience=None),
        evaluation=dataclasses.replace(linear.evaluation, linear_baseline=False),
    )
    run_id = jobs.start(config, home)
    folder = registry.RunFolder(run_id, home)
    wait_for(lambda: folder.checkpoint.exists())
    os.killpg(workers(home)[0].pid, signal.SIGKILL)
    wait_for(lambda: state_of(run_id, home) == "lost")
    jobs.resume(run_id, home)
    wait_for(lambda: state_of(run_id, home) == "finished")
    run = registry.read_run(run_id, home)
    assert [record["epoch"] for record in run.history().epochs] == list(range(1, 31))
    (resumed,) = [
        json.loads(line)
        for line in folder.history.read_text().splitlines()
        if '"kind": "resume"' in line
    ]
    assert resumed["epoch"] >= 1
    wait_for(lambda: not workers(home))


def test_a_model_that_would_not_load_again_is_never_trained(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_BUNDLE_MB", "1")
    monkeypatch.setattr(pipeline, "_prepare_training", lambda *_: pytest.fail("it was trained"))
    config = preset_settings("keras-example")
    folder = jobs.create_run(config, home, RunStatus("running"))
    with (
        RunRecorder(folder, read_status(folder.status)) as recorder,
        pytest.raises(ConfigError, match="at most 1 MB can be loaded again"),
    ):
        pipeline.execute(config, recorder, lambda: "")


@pytest.fixture
def quick_run(home: Path) -> Callable[[], dict[str, Any]]:
    """Executes one run of one epoch, again and again, in one folder."""
    linear = preset_settings("linear")
    config = dataclasses.replace(
        linear,
        training=dataclasses.replace(linear.training, epochs=1),
        evaluation=dataclasses.replace(linear.evaluation, bootstrap_samples=0),
    )
    folder = jobs.create_run(config, home, RunStatus("running"))

    def attempt() -> dict[str, Any]:
        with RunRecorder(folder, read_status(folder.status)) as recorder:
            return pipeline.execute(config, recorder, lambda: "")

    return attempt


def test_what_fails_after_training_does_not_cost_the_epochs(
    home: Path, quick_run: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise StorageError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "save", full_disk)
        with pytest.raises(StorageError):
            quick_run()
    (run,) = registry.list_runs(home)
    folder = registry.RunFolder(run.run_id, home)
    assert folder.checkpoint.exists()
    before = folder.history.read_text().count('"kind": "epoch"')
    result = quick_run()
    assert result["status"] == "finished"
    assert folder.history.read_text().count('"kind": "epoch"') == before == 1
    assert not folder.checkpoint.exists()


def test_a_fault_in_the_linear_baseline_does_not_fail_the_run(
    home: Path, quick_run: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(baselines, "linear", fault)
    result = quick_run()
    assert result["status"] == "finished"
    run = registry.read_run(result["run_id"], home)
    assert run.state == "finished"
    evaluation = storage.read_json(run.folder.evaluation)
    assert evaluation["linear_baseline_note"] == (
        "The linear model was left out: it could not be fitted (MemoryError)."
    )
    assert result["evaluation"]["linear_baseline_note"] == evaluation["linear_baseline_note"]
    assert not run.folder.checkpoint.exists()


def test_stages_are_entered_in_order_and_the_device_is_told(
    home: Path, quick_run: Callable[[], dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        result = quick_run()
    told = [line for line in caplog.messages if line.startswith(("stage=", "device="))]
    assert told == [
        "stage=load", "stage=clean", "stage=split", "stage=vectorize", "stage=compile",
        "device=cpu", "stage=train", "stage=evaluate", "stage=bundle", "stage=baseline",
    ]  # fmt: skip
    assert result["device"] == "cpu"
    assert set(result["timings"]) == {
        "load", "clean", "split", "vectorize", "train", "evaluate", "bundle", "baseline", "epochs",
    }  # fmt: skip
    bundle = registry.read_run(result["run_id"], home).folder.bundle
    assert load_bundle(bundle).manifest["device"] == "cpu"


def test_the_label_space_is_recorded(trained: tuple[Path, dict[str, Any]]) -> None:
    home, result = trained
    space = read_space(registry.read_run(result["run_id"], home).folder)
    assert space is not None
    assert {0, 1, 2} <= set(space.epochs.tolist())
    stood = paper_places(from_bytes(space.packed))
    first = circle_places(len(space.label_names))[[labels[0] for labels in space.paper_labels]]
    apart = np.linalg.norm(stood - first, axis=2).mean(axis=1)
    assert apart[-1] < 0.7 * apart[0]
