"""Archives above areas: their probabilities, their order, and when one is the answer."""

from __future__ import annotations

import pytest

from arxivtag.papers.taxonomy import LABEL_NAMES, archive_of
from arxivtag.tagging.tagger import LabelScore, archive_as_answer, rank_archives


def scores(**probabilities: float) -> list[LabelScore]:
    """Labels, most probable first; ``cs_LG`` stands for ``cs.LG``."""
    ordered = sorted(probabilities.items(), key=lambda item: -item[1])
    return [
        LabelScore(name.replace("_", "."), name, probability, False)
        for name, probability in ordered
    ]


def test_every_area_stands_in_an_archive_that_has_a_name() -> None:
    assert {archive_of(label) for label in LABEL_NAMES} <= set(LABEL_NAMES)


def test_an_archive_is_as_probable_as_any_of_its_areas() -> None:
    found = rank_archives(scores(cs_LG=0.5, math_PR=0.6, cs_CV=0.4, robots=0.1))
    assert [one.label for one in found] == ["cs", "math", "robots"]
    # 1 - (1 - 0.5)(1 - 0.4) = 0.7
    assert [one.probability for one in found] == pytest.approx([0.7, 0.6, 0.1])
    assert [one.name for one in found] == ["Computer Science", "Mathematics", "robots"]
    assert [area.label for area in found[0].areas] == ["cs.LG", "cs.CV"]


def test_former_names_stand_in_the_archive_of_today() -> None:
    (found,) = rank_archives([*scores(cs_LG=0.5), LabelScore("cmp-lg", "", 0.2, False)])
    assert found.label == "cs"


@pytest.mark.parametrize(
    ("areas", "answer"),
    [
        ({"cs_LG": 0.45, "cs_CV": 0.48}, "cs"),  # 1 - 0.55 * 0.52 = 0.714
        ({"cs_LG": 0.45, "cs_CV": 0.51}, None),  # an area is probable enough
        ({"cs_LG": 0.45, "cs_CV": 0.4}, None),  # 1 - 0.55 * 0.6 = 0.67
        ({"cs_LG": 0.45, "cs_CV": 0.48, "quant-ph": 0.6}, None),
        # 1 - 0.75 ** 5 = 0.76, but so thin that the text may be about nothing
        (dict.fromkeys(["cs_LG", "cs_CV", "cs_CL", "cs_AI", "cs_RO"], 0.25), None),
    ],
)
def test_an_archive_answers_where_no_area_can(areas: dict[str, float], answer: str | None) -> None:
    found = archive_as_answer(rank_archives(scores(**areas)))
    assert (found and found.label) == answer
