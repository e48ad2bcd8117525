"""Which models there are, and what pages read of them: bundles, and how they learned."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from arxivtag.runs import registry
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.space import Space, read_space
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.loading import load_bundle_once
from arxivtag.ui.frame.choices import Option
from arxivtag.ui.frame.memory import FileState, file_state, shared
from arxivtag.ui.frame.run_text import distinct_names
from arxivtag.ui.frame.who import visible_runs

PRETRAINED = registry.PRETRAINED


def model_options(home: Path) -> tuple[Option, ...]:
    """Return the pretrained model, if it is installed, and every run with a bundle.

    A model trained on another visitor's upload is left out: it names papers of that upload.
    """
    options = []
    if registry.has_pretrained():
        options.append(
            Option(PRETRAINED, "Pretrained", "Comes with the app; knows all areas of arXiv.")
        )
    runs = [run for run in visible_runs(home) if run.has_bundle]
    options += [
        Option(run.run_id, name, _described(run))
        for run, name in zip(runs, distinct_names(runs), strict=True)
    ]
    return tuple(options)


def _described(run: registry.RunSummary) -> str:
    parts = [f"{run.preset} preset" if run.preset else "", f"run {run.run_id}"]
    micro_f1 = run.figures.get("micro_f1")
    if micro_f1 is not None:
        parts.append(f"micro-F1 {micro_f1:.3f}")
    return ", ".join(part for part in parts if part)


def bundle(model: str, home: Path) -> Bundle:
    """Return the bundle of a model, loaded once for all sessions and again when it changed."""
    with st.spinner("Loading the model …"):  # seen where it takes longer than a moment
        return load_bundle_once(registry.resolve_model(model, home))


def space_of(run_id: str, home: Path) -> Space | None:
    """Return a run's label space, if it has a frame yet; read anew when there are more."""
    folder = RunFolder(run_id, home)
    return _space_of(run_id, home, (file_state(folder.frames), file_state(folder.space)))


@shared(32)
def _space_of(run_id: str, home: Path, states: tuple[FileState, FileState]) -> Space | None:
    found = read_space(RunFolder(run_id, home))
    return found if found is not None and len(found.epochs) else None
