"""What the routes do: list the models that anybody may ask, and tag papers with one."""

from __future__ import annotations

import contextlib
from pathlib import Path

from msgspec import UNSET

from arxivtag import config
from arxivtag.api import shapes
from arxivtag.api.shapes import ApiError, Label, Model, Paper, Result, TagRequest, Word
from arxivtag.errors import ArxivTagError, RunError
from arxivtag.papers.texts import join_text
from arxivtag.policy import policy
from arxivtag.runs import registry
from arxivtag.tagging import tagger
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.explanation import explain, without_function_words
from arxivtag.tagging.loading import load_bundle_once, read_manifest

N_WORDS = 10


def may_ask(data_source: str) -> bool:
    """Return whether the API offers models trained on ``data_source``.

    The owner may ask all, visitors those that are for everybody.
    """
    return not policy().is_visitor or registry.is_for_everybody(data_source)


def models(home: Path) -> list[Model]:
    """Return the models that can be asked, the pretrained one first, then the newest runs."""
    found = []
    if registry.has_pretrained():
        n_labels = read_manifest(config.PRETRAINED_PATH)["n_labels"]
        found.append(Model(registry.PRETRAINED, "Pretrained", n_labels))
    found += [
        Model(
            run.run_id,
            run.name,
            run.sizes.get("n_labels", UNSET),
            run.figures.get("micro_f1", UNSET),
        )
        for run in registry.list_runs(home)
        if run.has_bundle and may_ask(run.data)
    ]
    return found


def is_offered(model: str, home: Path) -> bool:
    """Return whether the API offers a model that is there.

    Raises:
        RunError: If there is none of that name.
    """
    return model == registry.PRETRAINED or may_ask(registry.read_run(model, home).data)


def bundle_of(model: str, home: Path) -> Bundle:
    """Return the bundle of a model that can be asked.

    Raises:
        ApiError: With status 404, if there is none of that name.
        BundleError: If it is damaged.
    """
    try:
        if not is_offered(model, home):
            raise RunError("Not to be seen.")
        return load_bundle_once(registry.resolve_model(model, home))
    except RunError as error:
        raise ApiError(
            404, f"There is no model {model!r:.60}.", "GET /api/v1/models lists those there are."
        ) from error


def wake(home: Path) -> None:
    """Load the pretrained model and tag with it once, so that nobody waits for that.

    What is wrong with it is told to whoever asks.
    """
    with contextlib.suppress(ArxivTagError):
        tag_papers(TagRequest([Paper("A first text.")]), bundle_of(registry.PRETRAINED, home))


def tag_papers(request: TagRequest, bundle: Bundle) -> list[Result]:
    """Return the labels of each paper of a request.

    Raises:
        ApiError: With status 422 if a text is too long, 413 if there is too much to explain.
    """
    longest, done = config.limits().max_abstract_chars, "read"
    if request.explain:
        longest, done = min(longest, shapes.MAX_EXPLAINED_CHARS), "explained"
    for number, paper in enumerate(request.papers):
        if len(paper.abstract) > longest:
            raise ApiError(
                413 if request.explain else 422,
                f"papers[{number}].abstract has {len(paper.abstract):,} characters; "
                f"at most {longest:,} can be {done}.",
                "Send the abstract alone.",
            )
    if request.explain and len(request.papers) > shapes.MAX_EXPLAINED_PAPERS:
        raise ApiError(
            413,
            f"At most {shapes.MAX_EXPLAINED_PAPERS} papers a request can be explained. "
            f"Received: {len(request.papers)}.",
            "Send fewer, or leave explain out.",
        )
    texts = [join_text(one.title or "", one.abstract, bundle.text_fields) for one in request.papers]
    top_k = None if request.top_k is None else int(request.top_k)
    tagged = tagger.tag(bundle, texts, top_k, request.threshold)
    return [
        _result(bundle, text, one, with_words=request.explain)
        for text, one in zip(texts, tagged, strict=True)
    ]


def _result(bundle: Bundle, text: str, tagged: tagger.Tagged, *, with_words: bool) -> Result:

    def words(label: str) -> list[Word]:
        explanation, _ = without_function_words(explain(bundle, text, label))
        strongest = explanation.contributions[:N_WORDS]
        return [Word(one.term, round(one.delta_logit, 4)) for one in strongest]

    n_explained = shapes.MAX_EXPLAINED_LABELS if with_words else 0
    labels = [
        Label(
            one.label,
            one.name,
            round(one.probability, 6),
            one.above_threshold,
            words(one.label) if rank < n_explained else UNSET,
        )
        for rank, one in enumerate(tagged)
    ]
    return Result(labels, tagged.remark.sentence if tagged.remark else UNSET)
