"""Requests made from the API's own schema, right and wrong: no 500, nothing that breaks it."""

from __future__ import annotations

import hypothesis
import pytest
import schemathesis

from arxivtag.api.shapes import document
from tests.browser.conftest import Server

# A request may be right and too large, or wrong and too large.
config = schemathesis.Config.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {"expected-statuses": [200, 404, 413]},
            "negative_data_rejection": {"expected-statuses": [400, 404, 405, 413, 422]},
        }
    }
)
schema = schemathesis.openapi.from_dict(dict(document()), config=config)


@schema.parametrize()
@hypothesis.settings(max_examples=40)
def test_every_answer_is_as_the_schema_says(case: schemathesis.Case, owner: Server) -> None:
    case.call_and_validate(base_url=f"{owner.url}/api/v1")


@pytest.mark.slow
@schema.parametrize()
@hypothesis.settings(max_examples=500)
def test_every_answer_is_as_the_schema_says_for_long(
    case: schemathesis.Case, owner: Server
) -> None:
    case.call_and_validate(base_url=f"{owner.url}/api/v1")
