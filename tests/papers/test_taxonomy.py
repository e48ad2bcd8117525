"""Every category has a name; codes of other classifications are recognised."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.papers.taxonomy import (
    CURRENT_NAMES,
    LABEL_NAMES,
    current_label,
    known_labels,
    label_kind,
    label_name,
    nearest_label,
)
from tests.loading import load

# arXiv's own counts: 155 present categories in eight groups (physics with its archives).
PRESENT = {
    "cs": 40, "econ": 3, "eess": 4, "math": 32, "q-bio": 10, "q-fin": 9, "stat": 6,
    "astro-ph": 6, "cond-mat": 9, "nlin": 5, "physics": 22,
}  # fmt: skip
WHOLE = [
    "gr-qc",
    "hep-ex",
    "hep-lat",
    "hep-ph",
    "hep-th",
    "math-ph",
    "nucl-ex",
    "nucl-th",
    "quant-ph",
]


def test_all_present_categories() -> None:
    found = Counter(label.split(".")[0] for label in LABEL_NAMES if "." in label)
    # q-fin.EC is an alias of econ.GN and still counted among the nine of q-fin.
    assert found == Counter(PRESENT)
    assert sum(PRESENT.values()) + len(WHOLE) == 155
    assert all(label in LABEL_NAMES for label in WHOLE)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("cs.CV", "Computer Vision and Pattern Recognition"),
        ("cs.LG", "Machine Learning"),
        ("stat.ML", "Machine Learning"),
        ("eess.IV", "Image and Video Processing"),
        ("cmp-lg", "Computation and Language"),
        ("alg-geom", "Algebraic Geometry"),
        ("astro-ph", "Astrophysics"),
        ("quant-ph", "Quantum Physics"),
        ("I.2.6", "ACM class I.2.6 (Computing Methodologies)"),
        ("68T05", "MSC class 68T05"),
        ("my own label", "my own label"),
        ("", ""),
    ],
)
def test_names(label: str, name: str) -> None:
    assert label_name(label) == name


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("cs.CV", "arxiv"),
        ("supr-con", "arxiv"),
        ("I.2.6", "acm"),
        ("I.2", "acm"),
        ("I.2.10", "acm"),
        ("I.2.m", "acm"),
        ("I.2.6; I.4.9", "acm"),
        ("I.4.6, I.5.1", "acm"),
        ("H.3.3 I.2.7", "acm"),
        ("68T05", "msc"),
        ("68Txx", "msc"),
        ("62-07", "msc"),
        ("68T05, 62H30 (Primary)", "msc"),
        ("Primary 62H30; secondary 68T05", "msc"),
        ("MSC 2010: 68T05", "msc"),
        ("cs.XX", "unknown"),
        ("L.2.6", "unknown"),
        ("Machine Learning", "unknown"),
        ("I.2.6; robots", "unknown"),
        ("2010", "unknown"),
        ("", "unknown"),
        ("6" * 1000, "unknown"),
    ],
)
def test_kinds(label: str, kind: str) -> None:
    assert label_kind(label) == kind


@given(st.text())
def test_any_text_has_a_name(text: str) -> None:
    assert isinstance(label_name(text), str)
    assert label_kind(text) in ("arxiv", "acm", "msc", "unknown")


def test_real_data_holds_known_labels_only(real_data: Path) -> None:
    labels = {label for labels in load(str(real_data)).papers["labels"] for label in labels}
    assert len(labels) == 155
    assert {label_kind(label) for label in labels} == {"arxiv"}


def test_a_pair_of_names_becomes_its_first() -> None:
    assert current_label("math.NA") == current_label("cs.NA") == "cs.NA"
    assert (current_label("math.AP"), current_label("q-fin.EC")) == ("math.AP", "econ.GN")


def test_retired_archives_have_successors_where_there_is_one() -> None:
    assert current_label("cmp-lg") == "cs.CL"
    for archive in ("astro-ph", "cond-mat", "q-bio"):
        assert current_label(archive) == archive


def test_what_is_current_is_a_category_and_stays() -> None:
    for old, new in CURRENT_NAMES.items():
        assert label_kind(old) == label_kind(new) == "arxiv"
        assert current_label(new) == new


@pytest.mark.parametrize(
    ("labels", "known", "expected"),
    [
        (("math.IT",), {"cs.IT"}, ("cs.IT",)),
        (("cs.IT", "math.IT"), {"cs.IT"}, ("cs.IT",)),
        (("cs.IT", "math.IT"), {"cs.IT", "math.IT"}, ("cs.IT", "math.IT")),
        (("cs.IT",), {"math.IT"}, ("math.IT",)),
        (("cmp-lg", "cs.LG"), {"cs.CL", "cs.LG"}, ("cs.CL", "cs.LG")),
        (("cs.CL",), {"cmp-lg"}, ("cmp-lg",)),
        (("math.IT", "robots"), {"cs.LG"}, ("math.IT", "robots")),
        ((), {"cs.LG"}, ()),
    ],
)
def test_labels_take_the_names_that_a_model_knows(
    labels: tuple[str, ...], known: set[str], expected: tuple[str, ...]
) -> None:
    assert known_labels(labels, known) == expected


@pytest.mark.parametrize(("second", "first"), CURRENT_NAMES.items())
def test_each_name_of_an_area_stands_for_the_other(second: str, first: str) -> None:
    assert known_labels((second,), {first}) == (first,)
    assert known_labels((first,), {second}) == (second,)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Machine_Learning", "cs.LG"),
        ("machine learning", "cs.LG"),
        ("CS.LG", "cs.LG"),
        ("Computation_and_Language", "cs.CL"),
        ("cs_LG", "cs.LG"),
        ("Soft Matter", None),
        ("Computer_Science_and_Game_Theory", None),  # the name of another category
        ("", None),
    ],
)
def test_the_nearest_label(text: str, label: str | None) -> None:
    assert nearest_label(text, ["cs.LG", "stat.ML", "cs.CL", "math.CO"]) == label
