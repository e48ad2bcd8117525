"""The identifier is found in what people paste, and in nothing else."""

from __future__ import annotations

import pytest

from arxivtag.errors import FetchError
from arxivtag.papers.fetching.identifiers import parse_identifier


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("2101.00001", "2101.00001"),
        (" arXiv:2101.00001v2 ", "2101.00001v2"),
        ("hep-th/9901001", "hep-th/9901001"),
        ("math.GT/0309136v1", "math.GT/0309136v1"),
        ("https://arxiv.org/abs/2101.00001", "2101.00001"),
        ("http://www.arxiv.org/pdf/2101.00001v2.pdf", "2101.00001v2"),
        ("arxiv.org/abs/cs/0112017", "cs/0112017"),
        ("https://arxiv.org/html/2101.00001v1#S1", "2101.00001v1"),
        ("https://export.arxiv.org/abs/2101.00001?x=1", "2101.00001"),
        ("10.48550/arXiv.2101.00001", "2101.00001"),
        ("https://doi.org/10.48550/arXiv.2101.00001", "2101.00001"),
        ("http://dx.doi.org/10.48550/ARXIV.2101.00001v3", "2101.00001v3"),
        ("doi:10.48550/arXiv.hep-th/9901001", "hep-th/9901001"),
        ("arXiv:2101.00001v2 [cs.LG]", "2101.00001v2"),
        ("arXiv:2101.00001v2  [cs.LG]  4 Jan 2021", "2101.00001v2"),
        ("arXiv:hep-th/9901001v2 [hep-th]", "hep-th/9901001v2"),
        ("https://www.alphaxiv.org/abs/2101.00001v1", "2101.00001v1"),
        ("https://alphaxiv.org/overview/2101.00001", "2101.00001"),
        ("https://ar5iv.labs.arxiv.org/html/2101.00001", "2101.00001"),
        ("https://ar5iv.labs.arxiv.org/html/math/0309136", "math/0309136"),
        ("https://ar5iv.org/abs/2101.00001", "2101.00001"),
        ("https://huggingface.co/papers/2101.00001", "2101.00001"),
        ("HTTPS://HuggingFace.co/papers/2101.00001#community", "2101.00001"),
        ("math/0309136", "math/0309136"),
        ("hep-th/9901001v2", "hep-th/9901001v2"),
        ("https://arxiv.org/abs/math/0309136", "math/0309136"),
    ],
)
def test_identifiers(text: str, identifier: str) -> None:
    assert parse_identifier(text) == identifier


@pytest.mark.parametrize(
    "text",
    ["", "2101", "https://example.org/abs/2101.00001", "http://127.0.0.1/abs/2101.00001",
     "file:///etc/passwd", "2101.00001&max_results=2000", "2101.00001 2101.00002", "x" * 10_000,
     "https://arxiv.org@example.org/abs/2101.00001", "10.1000/arXiv.2101.00001",
     "https://huggingface.co/datasets/2101.00001", "https://doi.org/2101.00001",
     "https://example.org/10.48550/arXiv.2101.00001", "arXiv:2101.00001 and others",
     "https://alphaxiv.org.example.org/abs/2101.00001", "../../2101.00001", "２１０１.0000１"],
)  # fmt: skip
def test_no_identifiers(text: str) -> None:
    with pytest.raises(FetchError, match="no arXiv identifier"):
        parse_identifier(text)
