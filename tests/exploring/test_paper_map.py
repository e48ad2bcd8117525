"""The map of a corpus: made by another process, kept, read again, and asked what lies where."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from arxivtag.callbacks import StoppedError, never
from arxivtag.corpus import apart
from arxivtag.corpus.store import Corpus
from arxivtag.errors import ArxivTagError, DataError
from arxivtag.exploring import paper_map
from arxivtag.exploring.filters import PaperFilter, select_rows
from arxivtag.exploring.paper_map import (
    Outline,
    count_words,
    is_inside,
    load_map,
    make_map,
    make_map_apart,
    map_folder,
    read_outline,
    rows_inside,
    write_outline,
)
from tests.exploring.papers import corpus_of, tokens_of

SHEAVES = "sheaf scheme divisor bundle curve moduli stack ring"
BRANES = "string brane gauge boson vacuum horizon anomaly field"
WHOLE: Outline = ((0, 0), (30_000, 0), (30_000, 30_000), (0, 30_000))


def two_subjects(n_papers: int) -> list[tuple[str, str, tuple[str, ...]]]:
    random = np.random.default_rng(0)
    return [
        (f"T{n}", " ".join(random.choice((SHEAVES, BRANES)[n % 2].split(), 20)), ("x",))
        for n in range(n_papers)
    ]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """60 papers of two subjects, and one without words; the map is made."""
    corpus = corpus_of(*two_subjects(60), ("No words", "...", ("x",)))
    heard: list[float | None] = []
    make_map_apart(corpus, lambda _stage, fraction: heard.append(fraction), never)
    return corpus


def test_like_papers_lie_together(corpus: Corpus) -> None:
    found = load_map(corpus)
    assert found is not None
    assert found.rows.tolist() == list(range(60))
    places = found.places.astype(float)
    assert places.min() == 0
    assert places.max() == 30_000
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = distances.argmin(axis=1)
    assert (nearest % 2 == np.arange(60) % 2).mean() > 0.95


def test_the_same_papers_get_the_same_places(corpus: Corpus, tmp_path: Path) -> None:
    make_map(corpus.tokens, tmp_path / "again", lambda _stage, _fraction: None)
    found = load_map(corpus)
    assert found is not None
    again = np.fromfile(tmp_path / "again" / "places", np.int16).reshape(-1, 2)
    assert (again == found.places).all()


def test_an_outline_selects_papers_on_the_map(corpus: Corpus) -> None:
    everything = rows_inside(corpus, WHOLE)
    assert everything.sum() == 60 - (load_map(corpus).places == 30_000).any(axis=1).sum()  # type: ignore[union-attr]
    half: Outline = ((0, 0), (15_000, 0), (15_000, 30_001), (0, 30_001))
    chosen = select_rows(corpus, PaperFilter(outline=half))
    assert chosen.tolist() == rows_inside(corpus, half).tolist()
    assert 0 < chosen.sum() < 60
    assert not PaperFilter(outline=half).is_open


def test_without_a_map_no_paper_is_inside() -> None:
    corpus = corpus_of(("A", "some words", ("x",)))
    assert load_map(corpus) is None
    assert not rows_inside(corpus, WHOLE).any()


def test_a_damaged_map_is_none(corpus: Corpus) -> None:
    places = map_folder(corpus) / "places"
    content = places.read_bytes()
    places.write_bytes(content[:-4])
    assert load_map(corpus) is None
    places.unlink()
    assert load_map(corpus) is None
    make_map_apart(corpus, lambda _stage, _fraction: None, never)
    assert load_map(corpus) is not None


def test_too_few_papers_are_told_through_the_process() -> None:
    corpus = corpus_of(*two_subjects(5))
    with pytest.raises(DataError, match="at least 10 papers that share 3 words"):
        make_map_apart(corpus, lambda _stage, _fraction: None, never)
    assert not list(map_folder(corpus).parent.iterdir())


def test_a_stop_ends_the_process_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = corpus_of(*two_subjects(60))
    begun: list[int] = []
    popen = subprocess.Popen

    def noted(*arguments: object, **options: object) -> subprocess.Popen[str]:
        process = popen(*arguments, **options)  # type: ignore[call-overload]
        begun.append(process.pid)
        return process  # type: ignore[no-any-return]

    monkeypatch.setattr(apart.subprocess, "Popen", noted)
    with pytest.raises(StoppedError):
        make_map_apart(corpus, lambda _stage, _fraction: None, lambda: True)
    with pytest.raises(ProcessLookupError):
        os.kill(begun[0], 0)
    assert load_map(corpus) is None


def test_a_killed_process_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = corpus_of(*two_subjects(60))

    def killed(process: subprocess.Popen[str], _listen: object) -> str:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0]

    monkeypatch.setattr(apart, "_wait", killed)
    with pytest.raises(ArxivTagError, match="signal 9"):
        make_map_apart(corpus, lambda _stage, _fraction: None, never)


def test_at_most_so_many_papers_are_drawn(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_map, "MAX_PAPERS", 20)
    monkeypatch.setattr(paper_map, "tsne", lambda rows, _seed, _progress: rows[:, :2])
    make_map(corpus.tokens, tmp_path / "few", lambda _stage, _fraction: None)
    rows = np.fromfile(tmp_path / "few" / "rows", np.int64)
    assert len(set(rows.tolist())) == 20
    assert (np.diff(rows) > 0).all()


def test_words_are_counted_of_some_papers() -> None:
    tokens = tokens_of(["b a b", "", "c", "a c c"])
    codes = np.array([tokens.words.to_pylist().index(word) for word in ("a", "c")])
    counts = count_words(tokens, codes, np.array([0, 1, 3]))
    assert sparse.issparse(counts)
    assert counts.toarray().tolist() == [[1, 0], [0, 0], [1, 2]]


def test_inside_by_hand() -> None:
    # A square with a notch cut into it from above.
    notched: Outline = ((0, 0), (100, 0), (100, 100), (50, 20), (0, 100))
    points = np.array([[50, 10], [50, 50], [10, 50], [90, 50], [-1, 10], [50, 101]], np.int16)
    assert is_inside(points, notched).tolist() == [True, False, True, True, False, False]


Corner = st.tuples(st.integers(0, 30_000), st.integers(0, 30_000))


@given(st.lists(Corner, min_size=3, max_size=3), Corner)
def test_inside_a_triangle_as_barycentric_coordinates_have_it(
    corners: list[tuple[int, int]], point: tuple[int, int]
) -> None:
    (ax, ay), (bx, by), (cx, cy) = corners
    px, py = point
    turns = [
        (x1 - x0) * (py - y0) - (y1 - y0) * (px - x0)
        for x0, y0, x1, y1 in ((ax, ay, bx, by), (bx, by, cx, cy), (cx, cy, ax, ay))
    ]
    if 0 in turns:
        return  # on a side, or on its line: either will do
    expected = all(turn > 0 for turn in turns) or all(turn < 0 for turn in turns)
    assert is_inside(np.array([point], np.int16), tuple(corners)).tolist() == [expected]


@given(st.lists(Corner, min_size=3, max_size=100))
def test_an_outline_survives_the_address(corners: list[tuple[int, int]]) -> None:
    assert read_outline(write_outline(tuple(corners))) == tuple(corners)


@pytest.mark.parametrize(
    "text", ["", "1-2", "1-2_3-4", "a-b_c-d_e-f", "1-2-3_4-5_6-7", "1-2_3-4_5-99999", "1-1_" * 200]
)
def test_what_is_no_outline_is_none(text: str) -> None:
    assert read_outline(text) == ()
