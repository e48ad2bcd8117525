"""The real pipeline on a cluster whose worker is killed in the midst of training."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from arxivtag.config import CODE_FOLDER
from arxivtag.runs import cluster, jobs, registry
from arxivtag.settings import preset_settings
from arxivtag.tagging.loading import load_bundle
from tests.runs.clusters import LocalCluster, wait_for_workers
from tests.runs.conftest import wait_for

LONG_S = 280.0


@pytest.mark.slow
def test_a_run_goes_on_elsewhere_with_one_history_and_one_bundle(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linear = preset_settings("linear")
    settings = dataclasses.replace(
        linear,
        training=dataclasses.replace(linear.training, epochs=60),
        evaluation=dataclasses.replace(linear.evaluation, linear_baseline=False),
    )
    with LocalCluster(tmp_path, 2, {"PYTHONPATH": str(CODE_FOLDER)}) as local:
        monkeypatch.setenv("ARXIVTAG_CLUSTER", local.address)
        monkeypatch.setenv("ARXIVTAG_LEASE_S", "4")
        wait_for_workers(local)
        run_id = jobs.start(settings, home)
        wait_for(lambda: len(registry.read_run(run_id, home).history().epochs) > 2, LONG_S)
        local.kill(registry.read_run(run_id, home).status.worker)
        wait_for(lambda: registry.read_run(run_id, home).state == "finished", LONG_S)
        cluster.close()
    run = registry.read_run(run_id, home)
    assert run.status.attempt == 2
    assert [record["epoch"] for record in run.history().epochs] == list(range(1, 61))
    assert [path.name for path in run.folder.path.glob("bundle*")] == ["bundle"]
    assert not list(run.folder.path.glob(".tmp-*"))
    assert load_bundle(run.folder.bundle).label_names
