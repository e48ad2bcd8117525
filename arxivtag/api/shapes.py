"""What goes over the wire: requests, answers and faults as types, with their bounds.

Requests are decoded into these and refused where they do not fit; the OpenAPI document is made
from the same types, so that it cannot say anything else.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from arxivtag import __version__, config
from arxivtag.errors import ArxivTagError

MAX_PAPERS = 256
MAX_EXPLAINED_PAPERS = 16
MAX_EXPLAINED_LABELS = 3
MAX_REQUEST_BYTES = 2_000_000
MAX_TITLE_CHARS = 2_000
MAX_EXPLAINED_CHARS = 10_000
PRETRAINED = "pretrained"
REFERENCE = "#/components/schemas/{name}"
FAULTS = {
    400: "The body is not JSON.",
    401: "People sign in here, and the caller has not.",
    404: "There is no such model.",
    413: "The request is too large.",
    422: "The request does not fit what is described here.",
    429: "The address has asked for too much; Retry-After says for how many seconds to wait.",
}
EXAMPLE = {
    "papers": [
        {
            "title": "Sparse gradients for wide text classifiers",
            "abstract": "We train a neural network that assigns subject areas to the abstracts of "
            "papers. Gradients of its first layer are computed for the words that occur in a "
            "batch alone, which makes training several times faster at the same accuracy.",
        }
    ],
    "top_k": 3,
}

Json: TypeAlias = Mapping[str, object]
Title = Annotated[str, Meta(max_length=MAX_TITLE_CHARS)]
Probability = Annotated[float, Meta(ge=0, le=1)]
# JSON knows one kind of number: 3.0 is as whole as 3.
Whole = Annotated[float, Meta(ge=1, le=2_000, multiple_of=1)]


class Paper(Struct, frozen=True, forbid_unknown_fields=True):
    """One paper to tag."""

    abstract: Annotated[str, Meta(description="Plain text; about 160 words are usual.")]
    title: Annotated[Title | None, Meta(description="Some models read it too.")] = None


class TagRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Papers to tag, and how."""

    papers: Annotated[list[Paper], Meta(min_length=1, max_length=MAX_PAPERS)]
    model: Annotated[
        str, Meta(max_length=40, description="One of those that GET /models lists.")
    ] = PRETRAINED
    top_k: Annotated[
        Whole | None,
        Meta(
            description="At most so many labels a paper. Given alone, the most probable ones, "
            "whether the model gives them or not."
        ),
    ] = None
    threshold: Annotated[
        Probability | None,
        Meta(description="One threshold in place of the model's own."),
    ] = None
    explain: Annotated[
        bool,
        Meta(
            description=f"Say which words speak for each of the first {MAX_EXPLAINED_LABELS} "
            f"labels of a paper; for up to {MAX_EXPLAINED_PAPERS} papers of up to "
            f"{MAX_EXPLAINED_CHARS:,} characters."
        ),
    ] = False


class Word(Struct, frozen=True):
    """A word or a pair of words, and how much it adds to the logarithm of a label's odds."""

    term: str
    adds: float


class Label(Struct, frozen=True, omit_defaults=True):
    """A label of one paper, and whether it is above the threshold, so that the model gives it."""

    label: str
    name: str
    probability: Probability
    above_threshold: bool
    words: list[Word] | UnsetType = UNSET


class Result(Struct, frozen=True, omit_defaults=True):
    """The labels of one paper, most probable first, and what else is to be said of it."""

    labels: list[Label]
    note: str | UnsetType = UNSET


class TagAnswer(Struct, frozen=True):
    """The results in the order of the papers."""

    model: str
    results: list[Result]


class Model(Struct, frozen=True, omit_defaults=True):
    """A model to tag with."""

    model: str
    name: str
    n_labels: int | UnsetType = UNSET
    micro_f1: Probability | UnsetType = UNSET


class Models(Struct, frozen=True):
    """All models that can be asked, the pretrained one first."""

    models: list[Model]


class Health(Struct, frozen=True):
    """That the server answers, and its version."""

    status: str
    version: str


class Fault(Struct, frozen=True):
    """What is wrong, and what to do about it."""

    error: str
    hint: str


class ApiError(ArxivTagError):
    """A request that is refused, with the HTTP status to answer."""

    def __init__(self, status: int, message: str, hint: str, retry_after_s: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status
        self.headers = {"Retry-After": str(retry_after_s)} if retry_after_s else None


@functools.cache
def document() -> Json:
    """Return the document. Paths are relative to its own address, so any base path will do."""
    (schemas, components) = msgspec.json.schema_components(
        [TagRequest, TagAnswer, Models, Health, Fault], ref_template=REFERENCE
    )
    request, answer, models, health, fault = schemas
    paper = components["Paper"]["properties"]
    paper["abstract"]["maxLength"] = config.limits().max_abstract_chars
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "arxivtag",
            "version": __version__,
            "summary": "Subject areas for papers, with calibrated probabilities.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "."}],
        "paths": {
            "/health": {"get": _operation("health", "Whether the server answers", health)},
            "/models": {"get": _operation("models", "The models to be asked", models, 401, 429)},
            "/tag": {
                "post": {
                    **_operation("tag", "Tag papers", answer, *FAULTS),
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": request, "example": EXAMPLE}},
                    },
                }
            },
        },
        "components": {
            "schemas": components,
            "responses": {str(status): _answer(FAULTS[status], fault) for status in FAULTS},
        },
    }


def _operation(name: str, summary: str, answer: Json, *faults: int) -> Json:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            "200": _answer("Done.", answer),
            **{str(one): {"$ref": f"#/components/responses/{one}"} for one in faults},
        },
    }


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
