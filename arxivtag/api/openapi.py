"""The OpenAPI 3.1 document of the API, made from the types that decode and encode it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from arxivtag import __version__, config
from arxivtag.api.shapes import Fault, Health, Models, TagAnswer, TagRequest

Json: TypeAlias = Mapping[str, object]
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
