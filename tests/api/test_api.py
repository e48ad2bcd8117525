"""What the API answers: the contract in DESIGN's words, the bounds, and what visitors see."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from arxivtag import config, storage
from arxivtag.api import shapes
from arxivtag.api.routes import MAX_ADDRESSES, Rate, network_of
from arxivtag.api.shapes import ApiError
from arxivtag.papers.texts import join_text
from arxivtag.runs.layout import RunFolder
from arxivtag.tagging import tagger
from arxivtag.tagging.explanation import explain, without_function_words
from arxivtag.tagging.loading import load_bundle_once
from arxivtag.ui.predict.examples import EXAMPLES
from tests.api.conftest import PAPERS_A_MINUTE
from tests.browser.conftest import Server
from tests.ui.demo_run import RUN_ID, make_demo_run

TEXTS = [example.abstract for example in EXAMPLES]


@pytest.fixture
def api(owner: Server) -> Iterator[httpx.Client]:
    """A program that calls the owner's API."""
    with httpx.Client(base_url=f"{owner.url}/api/v1", timeout=60) as client:
        yield client


def tag(client: httpx.Client, *abstracts: str, **more: object) -> httpx.Response:
    return client.post("/tag", json={"papers": [{"abstract": one} for one in abstracts], **more})


def test_answers_are_those_of_the_library_in_the_order_of_the_papers(api: httpx.Client) -> None:
    bundle = load_bundle_once(config.PRETRAINED_PATH)
    answer = tag(api, *TEXTS, "xyzzy").json()
    assert answer["model"] == "pretrained"
    for result, expected in zip(
        answer["results"], tagger.tag(bundle, [*TEXTS, "xyzzy"]), strict=True
    ):
        assert [one["label"] for one in result["labels"]] == [one.label for one in expected]
        for one, score in zip(result["labels"], expected, strict=True):
            assert one["name"] == score.name
            assert one["probability"] == pytest.approx(score.probability, abs=1e-5)
            assert one["above_threshold"] is True
        assert result.get("note") == (expected.remark.sentence if expected.remark else None)


def test_title_top_k_and_threshold_reach_the_model(api: httpx.Client) -> None:
    bundle = load_bundle_once(config.PRETRAINED_PATH)
    title, abstract = "Segmenting images", TEXTS[0]
    text = join_text(title, abstract, bundle.text_fields)
    paper = {"title": title, "abstract": abstract}
    for more in ({"top_k": 4}, {"threshold": 0.05}, {"threshold": 0.01, "top_k": 2}):
        answer = api.post("/tag", json={"papers": [paper], **more}).json()
        (expected,) = tagger.tag(bundle, [text], **more)  # type: ignore[arg-type]
        assert [one["label"] for one in answer["results"][0]["labels"]] == [
            one.label for one in expected
        ]


def test_words_are_those_of_the_explanation(api: httpx.Client) -> None:
    (result,) = tag(api, TEXTS[0], top_k=5, explain=True).json()["results"]
    bundle = load_bundle_once(config.PRETRAINED_PATH)
    first = result["labels"][0]
    expected, _ = without_function_words(explain(bundle, TEXTS[0], first["label"]))
    assert [one["term"] for one in first["words"]] == [
        one.term for one in expected.contributions[:10]
    ]
    assert first["words"][0]["adds"] == pytest.approx(
        expected.contributions[0].delta_logit, abs=1e-3
    )
    assert ["words" in one for one in result["labels"]] == [True, True, True, False, False]


def test_a_run_is_a_model(api: httpx.Client) -> None:
    models = api.get("/models").json()["models"]
    assert [one["model"] for one in models] == ["pretrained", RUN_ID]
    assert models[0]["n_labels"] == len(load_bundle_once(config.PRETRAINED_PATH).label_names)
    (result,) = tag(api, TEXTS[1], model=RUN_ID).json()["results"]
    assert [one["label"] for one in result["labels"]] == ["cs.CL"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        (b"[" * 200_000, 422, "object"),
        (b'{"papers": [{"abstract": "a"}]', 400, "not JSON"),
        (b'{"papers": []}', 422, "papers"),
        (b'{"papers": [{"abstract": 1}]}', 422, "papers[0].abstract"),
        (b'{"papers": [{"abstract": "a", "abstrct": "b"}]}', 422, "abstrct"),
        (b'{"papers": [{"abstract": "a"}], "top_k": 2.5}', 422, "top_k"),
        (b'{"papers": [{"abstract": "a"}], "threshold": 1.5}', 422, "threshold"),
        (b'{"papers": [{"abstract": "a"}], "model": "../../etc"}', 404, "../../etc"),
        (b'{"papers": [{"abstract": "a"}], "model": "/etc/passwd"}', 404, "/etc/passwd"),
        (b'{"papers": [{"abstract": "a"}], "model": "20200101-000000-abcdef"}', 404, "no model"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_what_is_wrong(
    api: httpx.Client, body: bytes, status: int, said: str
) -> None:
    answer = api.post("/tag", content=body)
    assert answer.status_code == status
    fault = answer.json()
    assert said in fault["error"]
    assert fault["hint"]
    assert set(fault) == {"error", "hint"}


def test_a_request_has_bounds(api: httpx.Client) -> None:
    most, longest = shapes.MAX_PAPERS, config.limits().max_abstract_chars
    assert tag(api, *["a sparse network"] * most).status_code == 200
    assert tag(api, *["a sparse network"] * (most + 1)).status_code == 422
    assert tag(api, "word " * (longest // 5)).status_code == 200
    too_long = tag(api, "fine", "word " * (longest // 5 + 1))
    assert too_long.status_code == 422
    assert "papers[1].abstract has 50,005 characters" in too_long.json()["error"]
    assert tag(api, *["a b c"] * shapes.MAX_EXPLAINED_PAPERS, explain=True).status_code == 200
    assert tag(api, *["a b c"] * (shapes.MAX_EXPLAINED_PAPERS + 1), explain=True).status_code == 413
    assert tag(api, "a" * (shapes.MAX_EXPLAINED_CHARS + 1), explain=True).status_code == 413


def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(owner: Server) -> None:
    with httpx.Client(base_url=f"{owner.url}/api/v1", timeout=60) as client:
        body = b" " * shapes.MAX_REQUEST_BYTES
        assert client.post("/tag", content=body).status_code == 400  # as large as it may be
        assert client.post("/tag", content=body + b" ").status_code == 413

    with httpx.Client(base_url=f"{owner.url}/api/v1", timeout=60) as client:
        chunks = (b" " * 100_000 for _ in range(21))
        assert client.post("/tag", content=chunks).status_code == 413


def test_visitors_neither_see_nor_use_a_model_of_an_upload(visitors: Server) -> None:
    secret = make_demo_run(visitors.home, "20260102-000000-secret")
    settings = RunFolder(secret, visitors.home).config
    storage.write_json(settings, {**storage.read_json(settings), "data": "upload:abc"})
    with httpx.Client(
        base_url=f"{visitors.url}/api/v1", headers={"X-Forwarded-For": "192.0.2.7"}, timeout=60
    ) as client:
        assert [one["model"] for one in client.get("/models").json()["models"]] == [
            "pretrained", RUN_ID,
        ]  # fmt: skip
        assert tag(client, TEXTS[0], model=RUN_ID).status_code == 200
        hidden, missing = (
            tag(client, "a", model=secret),
            tag(client, "a", model="20260102-000000-zzzzzz"),
        )
        assert hidden.status_code == missing.status_code == 404
        # Nothing tells one that is hidden from one that is not there.
        assert hidden.text.replace(secret, "") == missing.text.replace("20260102-000000-zzzzzz", "")


def test_an_address_of_visitors_may_ask_for_so_much_a_minute(visitors: Server) -> None:
    many = ["a sparse network"] * 250

    def ask(address: str, *abstracts: str) -> httpx.Response:
        with httpx.Client(
            base_url=f"{visitors.url}/api/v1", headers={"X-Forwarded-For": address}, timeout=60
        ) as client:
            return tag(client, *abstracts)

    assert ask("192.0.2.8", *many).status_code == 200
    assert ask("192.0.2.8", *many).status_code == 200  # more than is left, but not for ever
    refused = ask("192.0.2.8", "a")
    assert refused.status_code == 429
    assert f"{PAPERS_A_MINUTE:,} papers a minute" in refused.json()["error"]
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert ask("192.0.2.9", "a").status_code == 200


def test_a_bucket_fills_at_an_even_rate() -> None:
    now = [0.0]
    rate = Rate(60, clock=lambda: now[0])
    rate.take("a", 60)
    with pytest.raises(ApiError) as refused:
        rate.take("a", 1)
    assert refused.value.headers == {"Retry-After": "1"}
    assert refused.value.hint == "Try again in 1 second."
    now[0] = 0.5
    rate.take("a", 30)  # half a paper is there, and 29.5 are owed
    now[0] = 29.9
    with pytest.raises(ApiError):
        rate.take("a", 1)
    now[0] = 30.1
    rate.take("a", 1)
    now[0] = 1e6
    rate.take("a", 60)  # no more than a minute's worth is saved up
    with pytest.raises(ApiError):
        rate.take("a", 1)


def test_addresses_are_counted_by_network_and_forgotten() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("testclient") == "testclient"
    rate = Rate(1)
    for number in range(MAX_ADDRESSES + 50):
        rate.take(str(number), 1)
    assert len(rate.buckets) == MAX_ADDRESSES


def test_the_document_describes_what_there_is(api: httpx.Client) -> None:
    document = api.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {"/health", "/models", "/tag"}
    abstract = document["components"]["schemas"]["Paper"]["properties"]["abstract"]
    assert abstract["maxLength"] == config.limits().max_abstract_chars
    content = document["paths"]["/tag"]["post"]["requestBody"]["content"]["application/json"]
    assert api.post("/tag", content=json.dumps(content["example"])).status_code == 200
