"""A finished run with a tiny model, made in a moment: six labels, one for each example."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from arxivtag import storage
from arxivtag.fields import to_dict
from arxivtag.learning.calibration import Calibration
from arxivtag.learning.network import Branch, DenseLayer, Network, rounded
from arxivtag.learning.thresholds import Thresholds
from arxivtag.runs.layout import RunFolder
from arxivtag.settings import RunConfig, VectorizerConfig, preset_settings
from arxivtag.tagging.bundle import Bundle, new_manifest
from arxivtag.tagging.neighbours import build_index
from arxivtag.tagging.saving import save_bundle
from arxivtag.ui.predict.examples import EXAMPLES
from tests.fitting import fit_transform

RUN_ID = "20260101-000000-demo"
LABELS = ("eess.IV", "cs.CL", "cs.RO", "stat.ME", "cs.IR", "eess.AS")


def demo_bundle() -> Bundle:
    """Return a linear model that gives each example its own label of :data:`LABELS`."""
    abstracts = [example.abstract for example in EXAMPLES]
    vectorizer, rows = fit_transform(
        abstracts, VectorizerConfig(sublinear_tf=True, l2_normalize=True)
    )
    weights = rows.to_scipy().toarray()
    kernel = (12 * (weights - weights.mean(axis=0))).T.astype(np.float32)
    bias = np.full(len(LABELS), -4, dtype=np.float32)
    return Bundle(
        manifest=new_manifest(RunConfig(), ""),
        vectorizer=vectorizer,
        network=rounded(Network((Branch((DenseLayer(kernel, bias),)),), "sigmoid")),
        label_names=LABELS,
        thresholds=Thresholds("per_label", np.full(len(LABELS), 0.5, dtype=np.float32)),
        calibration=Calibration("temperature", 1.0, (), ()),
        neighbours=build_index(
            rows, [example.title for example in EXAMPLES], [(label,) for label in LABELS]
        ),
    )


def make_demo_run(home: Path, run_id: str = RUN_ID) -> str:
    """Write the run into ``home`` as a worker would have, and return its id."""
    folder = RunFolder(run_id, home)
    save_bundle(demo_bundle(), folder.bundle)
    at = "2026-01-01T00:00:00.000+00:00"
    storage.write_json(folder.config, to_dict(preset_settings("tuned")))
    storage.write_json(folder.result, {"n_train": 6, "evaluation": {"micro_f1": 0.5, "lrap": 0.6}})
    storage.write_json(
        folder.status,
        {
            "state": "finished",
            "stage": "evaluate",
            "progress": {"done": 6, "total": 6, "unit": "papers"},
            "seconds_left": None,
            "heartbeat_at": at,
            "pid": 1,
            "queued_at": at,
            "started_at": at,
            "ended_at": at,
            "message": "",
            "hint": "",
        },
    )
    return run_id
