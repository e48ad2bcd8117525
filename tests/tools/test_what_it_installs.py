"""What arxivtag brings, told from what is installed beside it."""

from __future__ import annotations

from importlib.metadata import distributions

import pytest

from tools.what_it_installs import what_it_installs


def test_it_holds_what_the_product_needs_and_no_more() -> None:
    product = what_it_installs("arxivtag")
    assert {"arxivtag", "streamlit", "numpy", "plotly", "jax", "jaxlib"} <= product
    assert not product & {"pytest", "ruff", "gensim", "hypothesis"}
    tested = what_it_installs("arxivtag", ["test"])
    assert product < tested
    assert {"pytest", "hypothesis", "graphql-core"} <= tested  # the last one by schemathesis
    installed = {one.metadata["Name"].lower().replace("_", "-") for one in distributions()}
    assert {name for name in tested if "." not in name} <= installed


@pytest.mark.parametrize("extra", ["", "auth"])
def test_extras_of_what_is_needed_are_followed(extra: str) -> None:
    found = what_it_installs("streamlit", [extra] if extra else [])
    assert ("authlib" in found) == bool(extra)
    assert ("joserfc" in found) == bool(extra)
