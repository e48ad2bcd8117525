"""The sentence that fits each kind of text."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.papers.text_checks import (
    MANY_WORDS,
    check_text,
    count_notes,
    note_on,
    notes_text,
)
from arxivtag.ui.predict.examples import EXAMPLES

MAX_CHARS = 50_000
GERMAN = (
    "Wir untersuchen ein neues Verfahren zur Segmentierung von medizinischen Bildern und zeigen, "
    "dass es auf drei Datensätzen bessere Ergebnisse liefert als bisherige Ansätze, ohne dass "
    "dafür zusätzliche Annotationen nötig sind. Der Quelltext wird veröffentlicht."
)
FRENCH = (
    "Nous étudions une nouvelle méthode pour la segmentation des images médicales et montrons "
    "que les résultats sont meilleurs sur trois jeux de données, sans aucune annotation "
    "supplémentaire. Le code source sera publié avec les modèles entraînés."
)
CHINESE = (
    "我们提出了一种新的图像分割方法，并在三个数据集上取得了更好的结果，而且不需要额外的标注。" * 3
)


def test_a_title_counts_towards_the_length_alone() -> None:
    text = EXAMPLES[0].abstract
    assert check_text(text, len(text) + 3, "abc").kind == "fine"
    assert check_text(text, len(text) + 2, "abc").kind == "too_long"


@pytest.mark.parametrize(
    ("text", "kind", "taggable"),
    [
        ("", "empty", False),
        (" \n\t ", "empty", False),
        ("graphs", "too_short", False),
        ("graph networks", "too_short", False),
        ("graph neural networks", "short", True),
        ("0123456789 " * 50, "not_text", False),
        ("!!! ??? ...", "not_text", False),
        ("\x00\x01\x02 binary \x00 file", "not_text", False),
        (base64.b64encode(bytes(range(256)) * 8).decode(), "not_text", False),
        (GERMAN, "other_language", True),
        (FRENCH, "other_language", True),
        (CHINESE, "other_language", True),
        ("we show that the method is good " * 200, "long", True),
        ("a" * (MAX_CHARS + 1), "too_long", False),
        ("x y " * 600_000, "too_long", False),
        ("<html><body><p>We show that this is the best of all the methods.</p>", "not_text", True),
        (EXAMPLES[0].abstract, "fine", True),
        ("This paper has been withdrawn by the author due to an error.", "withdrawn", True),
        (f"{EXAMPLES[0].abstract} This article is temporarily withdrawn.", "withdrawn", True),
        ("(Withdrawn) We show that it is so.", "withdrawn", True),
        (f"<jats:p>{EXAMPLES[0].abstract}</jats:p>", "markup", True),
        (f"{EXAMPLES[0].abstract} Dialogue &amp; speech", "markup", True),
        (f"{EXAMPLES[0].abstract} For a <b and c> d, R&D is p<0.05.", "fine", True),
        (f"Retracted papers are cited. {EXAMPLES[0].abstract}", "fine", True),
        (
            f"{EXAMPLES[0].abstract} Earlier versions of the study have been withdrawn.",
            "fine",
            True,
        ),
    ],
)
def test_each_text_gets_its_kind(text: str, kind: str, taggable: bool) -> None:
    check = check_text(text, MAX_CHARS)
    assert (check.kind, check.taggable) == (kind, taggable)
    assert bool(check.message) == (kind not in {"fine", "empty"})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.field)
def test_the_examples_are_fine_abstracts(example: object) -> None:
    assert check_text(example.abstract, MAX_CHARS).kind == "fine"  # type: ignore[attr-defined]


def test_sentences_count() -> None:
    assert check_text("graphs", MAX_CHARS).message.startswith("One word is too little")
    long = check_text("we show that this is it " * (MANY_WORDS // 6 + 1), MAX_CHARS)
    assert long.message.startswith("702 words")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (EXAMPLES[0].abstract, ""),
        ("  ", "no abstract"),
        ("0123456789 " * 50, "not plain text"),
        ("This paper has been withdrawn.", "withdrawn; fewer than 20 words"),
        (CHINESE[:50], "not English; fewer than 20 words"),
        (f"<p>{FRENCH}</p>", "not English; markup"),
        ("x y " * 600_000, "too long"),
    ],
)
def test_a_note_says_everything_that_was_noticed(text: str, note: str) -> None:
    assert note_on(text, MAX_CHARS) == note


def test_notes_are_counted_one_by_one() -> None:
    counts = count_notes(["no abstract", "", "withdrawn; fewer than 20 words", "withdrawn"])
    assert counts == {"withdrawn": 2, "no abstract": 1, "fewer than 20 words": 1}
    assert notes_text(counts) == (
        "Notes on abstracts: withdrawn (2), no abstract (1), fewer than 20 words (1)."
    )
    assert notes_text({}) == ""


@given(st.text(max_size=2_000))
def test_any_text_gets_an_answer(text: str) -> None:
    check = check_text(text, MAX_CHARS)
    assert check.taggable or check.kind in {"empty", "not_text", "too_short", "too_long"}
