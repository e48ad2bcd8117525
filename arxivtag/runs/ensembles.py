"""One model of several finished runs: checked for the same papers and n-grams, and fused.

A run of its own does it (:mod:`arxivtag.runs.pipeline`): its settings name the members, and in
place of a training it reads their models, so that evaluation, bundle and pages are as of any run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from arxivtag.errors import RunError
from arxivtag.learning.fusion import fused
from arxivtag.learning.training import FitResult
from arxivtag.runs import registry
from arxivtag.runs.preparing import Features
from arxivtag.settings import PRESETS, RunConfig, VectorizerConfig
from arxivtag.tagging.bundle import MAX_WORD_BRANCHES, Bundle
from arxivtag.tagging.loading import load_bundle

MAX_MEMBERS = MAX_WORD_BRANCHES
_JOINED_BY = " + "


def ensemble_settings(run_ids: Sequence[str], home: Path) -> RunConfig:
    """Return the settings of the run that makes one model of finished runs.

    Raises:
        RunError: If there are too few or too many, one has no model, or they do not go together.
        BundleError: If a model cannot be read.
    """
    ids = tuple(dict.fromkeys(run_ids))
    if not 2 <= len(ids) <= MAX_MEMBERS:
        raise RunError(
            f"An ensemble should have 2 to {MAX_MEMBERS} members. Received: {len(ids)}.",
            "Name finished runs of one split; see 'arxivtag runs'.",
        )
    bundles = [_bundle_of(run_id, home) for run_id in ids]
    members = [_settings_of(run_id, home) for run_id in ids]
    for run_id, settings, bundle in zip(ids[1:], members[1:], bundles[1:], strict=True):
        if differing := _difference(members[0], settings, bundles[0], bundle):
            raise RunError(
                f"Runs {ids[0]} and {run_id} cannot be one model: they differ in {differing}.",
                "Members should be trained on one split of the same papers, which they read alike.",
            )
    presets = sorted(part for one in members for part in one.preset.split(_JOINED_BY))
    return dataclasses.replace(
        members[0],
        preset=_JOINED_BY.join(presets),
        members=ids,
        vectorizer=_widest([one.vectorizer for one in members]),
        model=PRESETS["ensemble"].model,
        training=PRESETS["ensemble"].training,
    )


def fit_members(settings: RunConfig, features: Features, home: Path) -> FitResult:
    """Return the members of an ensemble as one network, weighed on the validation papers.

    Raises:
        RunError: If a member is gone, or the papers are not those that it was trained on.
    """
    bundles = [_bundle_of(run_id, home) for run_id in settings.members]
    for run_id, bundle in zip(settings.members, bundles, strict=True):
        same_terms = bundle.vectorizer.vocabulary.equals(features.vectorizer.vocabulary)
        if not same_terms or bundle.label_names != features.label_names:
            raise RunError(
                f"Run {run_id} was trained on other papers than there are now.", "Train it again."
            )
    networks = [bundle.network for bundle in bundles]
    return FitResult(fused(networks, features.val, features.train), (), 0, False)


def _bundle_of(run_id: str, home: Path) -> Bundle:
    registry.existing_folder(run_id, home)
    return load_bundle(registry.resolve_model(run_id, home))


def _settings_of(run_id: str, home: Path) -> RunConfig:
    settings = registry.read_run(run_id, home).settings
    if settings is None:
        raise RunError(f"The settings of run {run_id} cannot be read.", "Choose another run.")
    return settings


def _widest(configs: Sequence[VectorizerConfig]) -> VectorizerConfig:
    """Return how the members read, with as many words in order as the one that reads most."""
    lengths = [one.max_length_words for one in configs if one.max_length_words is not None]
    usual = PRESETS["ensemble"].vectorizer.max_length_words
    return dataclasses.replace(configs[0], max_length_words=max(lengths, default=usual))


def _difference(ours: RunConfig, theirs: RunConfig, our: Bundle, their: Bundle) -> str:
    """Return what keeps two runs from being one model; empty if nothing does."""
    reading = [dataclasses.replace(one.vectorizer, max_length_words=None) for one in (ours, theirs)]
    fingerprints = [one.manifest.get("data_fingerprint") for one in (our, their)]
    n_grams = our.vectorizer.vocabulary
    activations = {our.network.output_activation, their.network.output_activation}
    asked = {
        "the random seed, which decides the split": ours.random_seed != theirs.random_seed,
        "the split": ours.split != theirs.split,
        "cleaning": ours.cleaning != theirs.cleaning,
        "the text that they read": ours.text_fields != theirs.text_fields,
        "how texts become n-grams": reading[0] != reading[1],
        "the data": fingerprints[0] != fingerprints[1],
        "the labels": our.label_names != their.label_names,
        "their n-grams": not n_grams.equals(their.vectorizer.vocabulary),
        "the loss, of which only binary_crossentropy and squared_hinge can be joined": activations
        != {"sigmoid"},
    }
    return next((name for name, differs in asked.items() if differs), "")
