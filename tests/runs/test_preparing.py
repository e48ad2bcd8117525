"""Prepared features: what is in them, that they are used again, and when they are made anew."""

from __future__ import annotations

import dataclasses
import json
import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arxivtag.callbacks import StoppedError
from arxivtag.corpus.kept import REPORT_NAME
from arxivtag.corpus.store import Corpus, make_room, open_corpus
from arxivtag.corpus.texts import papers_at
from arxivtag.errors import DataError
from arxivtag.learning.features import SparseRows
from arxivtag.papers.texts import join_text, normalize_text
from arxivtag.runs import preparing
from arxivtag.runs.preparing import SIDES, Features, prepare
from arxivtag.settings import CleaningConfig, RunConfig, VectorizerConfig
from tests.fitting import fit_transform

TITLES = RunConfig(text_fields="title_and_abstract")
LABELS = ("cs.LG", "cs.CV", "math.IT", "stat.ML")


@pytest.fixture
def corpus(home: Path) -> Corpus:
    chance = random.Random(3)
    words = [f"w{number}" for number in range(40)]
    lines = []
    for number in range(150):
        abstract = " ".join(chance.choices(words, k=chance.randint(1, 25)))
        title = chance.choice(["", f"Of w{number % 7} no{number}", f"T{number}-"])
        labels = list(LABELS[: 1 + number % 3])
        labels += ["cs.XX"] if number == 0 else []
        lines.append({"title": title, "abstract": abstract, "labels": labels})
    path = home / "papers.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return open_corpus(str(path), home)


def folders(corpus: Corpus) -> set[Path]:
    return set(corpus.folder.with_name(f"{corpus.fingerprint}.prepared").glob("*"))


def assert_same_rows(one: SparseRows, other: SparseRows) -> None:
    for name in ("indptr", "indices", "data"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.n_features == other.n_features


def assert_same(one: Features, other: Features) -> None:
    assert one.vectorizer.vocabulary.equals(other.vectorizer.vocabulary)
    assert (one.label_names, one.reports) == (other.label_names, other.reports)
    for side in SIDES:
        assert_same_rows(getattr(one, side).rows, getattr(other, side).rows)
        np.testing.assert_array_equal(getattr(one, side).y_true, getattr(other, side).y_true)
        assert getattr(one, side).label_lists == getattr(other, side).label_lists


@pytest.mark.parametrize("text_fields", ["abstract", "title_and_abstract"])
@pytest.mark.parametrize(
    "config",
    [VectorizerConfig(), VectorizerConfig(100, min_document_frequency=2, l2_normalize=True)],
)
@pytest.mark.parametrize("held_out", [0.1, 0.5])  # more than half of the papers, and fewer
def test_features_are_those_of_the_texts(
    corpus: Corpus,
    text_fields: Any,
    config: VectorizerConfig,
    held_out: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("arxivtag.corpus.tokens._TOKENS_AT_ONCE", 300)
    settings = dataclasses.replace(
        RunConfig(),
        text_fields=text_fields,
        vectorizer=config,
        split=dataclasses.replace(RunConfig().split, held_out_fraction=held_out),
    )
    features = prepare(corpus, settings)
    rows = np.concatenate([getattr(features, side).papers for side in SIDES])
    assert len(set(rows.tolist())) == len(rows) > 100

    def texts_of(part: preparing.Part) -> list[str]:
        papers = papers_at(corpus, part.papers)
        pairs = zip(papers["title"], papers["abstract"], strict=True)
        return [normalize_text(join_text(*pair, text_fields)) for pair in pairs]

    vectorizer, train_rows = fit_transform(texts_of(features.train), config)
    assert features.vectorizer.vocabulary.equals(vectorizer.vocabulary)
    np.testing.assert_array_equal(features.vectorizer.idf, vectorizer.idf)
    assert_same_rows(features.train.rows, train_rows)
    for part in (features.train, features.val, features.test):
        assert_same_rows(part.rows, vectorizer.transform(texts_of(part)))
        assert part.label_lists == papers_at(corpus, part.papers)["labels"].tolist()
        encoded = [
            [label in labels for label in features.label_names] for labels in part.label_lists
        ]
        np.testing.assert_array_equal(part.y_true, encoded)
        left_out = sum(map(len, part.label_lists)) - int(np.sum(encoded))
        assert part.n_unknown_labels == left_out
    assert features.label_names[0] == "cs.LG"


def test_a_second_run_maps_what_the_first_prepared(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prepare(corpus, TITLES)
    kept = folders(corpus)
    monkeypatch.setattr(preparing, "clean_rows", lambda *_: pytest.fail("cleaned again"))
    faster = dataclasses.replace(TITLES.training, learning_rate=0.5)
    assert_same(prepare(corpus, dataclasses.replace(TITLES, training=faster)), first)
    assert folders(corpus) == kept
    assert not list(next(iter(kept)).glob("**/tokens"))


@pytest.mark.parametrize(
    "change",
    [
        {"text_fields": "abstract"},
        {"random_seed": 1},
        {"vectorizer": VectorizerConfig(ngrams=1)},
        {"cleaning": CleaningConfig(rare_combinations="keep")},
    ],
)
def test_what_decides_the_features_makes_others(corpus: Corpus, change: dict[str, Any]) -> None:
    prepare(corpus, TITLES)
    prepare(corpus, dataclasses.replace(TITLES, **change))
    assert len(folders(corpus)) == 2


def test_many_papers_have_more_features(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def n_features(**options: Any) -> int:
        config = VectorizerConfig(max_features=100, **options)
        return len(prepare(corpus, dataclasses.replace(TITLES, vectorizer=config)).vectorizer)

    assert (n_features(), n_features(more_of_many=True)) == (100, 100)
    monkeypatch.setattr("arxivtag.model_settings.MANY_PAPERS", 100)
    assert VectorizerConfig(max_features=100, more_of_many=True).budget(99) == 100
    assert VectorizerConfig(more_of_many=True).budget(100) is None
    monkeypatch.setattr("arxivtag.model_settings.MORE_FEATURES", 1.2)
    assert n_features(more_of_many=True, sublinear_tf=True) == 120


@pytest.mark.parametrize("name", [REPORT_NAME, "train/data", "vocabulary.arrow", "test/labels"])
def test_damaged_features_are_made_anew(corpus: Corpus, name: str) -> None:
    first = prepare(corpus, TITLES)
    (folder,) = folders(corpus)
    content = (folder / name).read_bytes()
    (folder / name).unlink()  # the old file stays mapped
    (folder / name).write_bytes(content[: len(content) // 2])
    assert preparing.open_features(folder) is None
    assert_same(prepare(corpus, TITLES), first)


def test_features_of_another_version_are_made_anew(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(corpus, TITLES)
    (folder,) = folders(corpus)
    monkeypatch.setattr(preparing, "FORMAT_VERSION", 0)
    assert preparing.open_features(folder) is None
    prepare(corpus, TITLES)
    assert preparing.open_features(folder) is not None


def test_only_so_many_are_kept(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "MAX_KEPT", 2)
    prepared = corpus.folder.with_name(f"{corpus.fingerprint}.prepared")
    (prepared / "map").mkdir(parents=True)
    (prepared / "map" / REPORT_NAME).touch()
    os.utime(prepared / "map" / REPORT_NAME, (0, 0))
    for seed in range(4):
        prepare(corpus, dataclasses.replace(TITLES, random_seed=seed))
        newest = max(
            folders(corpus) - {prepared / "map"},
            key=lambda folder: (folder / REPORT_NAME).stat().st_mtime,
        )
        os.utime(newest / REPORT_NAME, (seed, seed))
    assert (prepared / "map" / REPORT_NAME).exists(), "not of a run"
    kept = folders(corpus) - {prepared / "map"}
    assert len(kept) == 2
    assert newest in kept


def test_features_count_as_part_of_the_store(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped = prepare(corpus, TITLES)
    before = mapped.train.rows.data.copy()
    monkeypatch.setenv("ARXIVTAG_MAX_STORE_GB", "1")
    make_room(corpus.folder.parent)
    assert len(folders(corpus)) == 1
    size = sum(path.stat().st_size for path in corpus.folder.rglob("*") if path.is_file())
    monkeypatch.setattr("arxivtag.corpus.store._GB", size)
    make_room(corpus.folder.parent)
    assert (folders(corpus), corpus.folder.exists()) == (set(), True)
    np.testing.assert_array_equal(mapped.train.rows.data, before)  # a run goes on with them


def test_a_stop_leaves_nothing(corpus: Corpus) -> None:
    with pytest.raises(StoppedError):
        prepare(corpus, TITLES, should_stop=lambda: True)
    assert folders(corpus) == set()


def test_too_many_labels_are_refused(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_LABELS", "2")
    with pytest.raises(DataError, match="at most 2"):
        prepare(corpus, TITLES)


def test_features_of_another_corpus_format_are_not_used(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(corpus, RunConfig())
    (first,) = folders(corpus)
    prepare(corpus, RunConfig())
    assert folders(corpus) == {first}
    monkeypatch.setattr(preparing, "CORPUS_FORMAT", preparing.CORPUS_FORMAT + 1)
    prepare(corpus, RunConfig())
    assert len(folders(corpus)) == 2
