"""What goes over the wire: requests, answers and faults as types, with their bounds.

Requests are decoded into these and refused where they do not fit; the OpenAPI document is made
from the same types, so that it cannot say anything else.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

MAX_PAPERS = 256
MAX_EXPLAINED_PAPERS = 16
MAX_EXPLAINED_LABELS = 3
MAX_REQUEST_BYTES = 2_000_000
MAX_TITLE_CHARS = 2_000
MAX_EXPLAINED_CHARS = 10_000
PRETRAINED = "pretrained"

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
