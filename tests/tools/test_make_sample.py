"""The bundled sample: the same bytes on each run, the shape of the example's run, fair to learn."""

from __future__ import annotations

import ast
import csv
import importlib.util
import io
import lzma
import os
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from arxivtag.config import PROJECT_FOLDER, SAMPLE_PATH
from tools import make_sample as sample
from tools.sample_bank import TOPICS, Topic
from tools.sample_bank.frames import FRAMES

REAL_DATA_NAME = "arxiv_abstracts.csv.xz"
BANKS = (
    "terms", "settings", "background", "gaps", "methods", "steps", "data", "baselines",
    "findings", "meanings", "theorems",
)  # fmt: skip


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """The committed file, read with nothing but the standard library and pandas."""
    text = lzma.decompress(SAMPLE_PATH.read_bytes()).decode("utf-8")
    rows = list(csv.reader(io.StringIO(text)))
    return pd.DataFrame(rows[1:], columns=rows[0])


@pytest.fixture(scope="module")
def kept(table: pd.DataFrame) -> pd.DataFrame:
    """What the Keras example keeps: first of each title, no combination that occurs once."""
    unique = table[~table["titles"].duplicated()]
    return unique.groupby("terms").filter(lambda rows: len(rows) > 1)


def labels_of(table: pd.DataFrame) -> list[list[str]]:
    return [ast.literal_eval(cell) for cell in table["terms"]]


def test_module_reproduces_the_committed_file_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "again.csv.xz"
    assert sample.main(["--out", str(path)]) == 0
    assert lzma.decompress(path.read_bytes()) == lzma.decompress(SAMPLE_PATH.read_bytes())
    assert path.read_bytes() == SAMPLE_PATH.read_bytes()


def test_title_speaks_of_what_the_abstract_speaks_of() -> None:
    topic = TOPICS[0]
    draft = sample.Draft("", "method", "SegNet", "a lightweight decoder", "in real time")
    titles = {sample.write_title(sample.Dice(seed), topic, draft) for seed in range(60)}
    assert any(title.startswith("SegNet: ") for title in titles)
    assert any("Lightweight Decoder" in title for title in titles)
    assert any("in Real Time" in title for title in titles)
    assert not any("under Domain Shift" in title for title in titles)
    survey = sample.Draft("", "survey", "", "", "")
    for seed in range(20):
        title = sample.write_title(sample.Dice(seed), topic, survey)
        assert re.search("Survey|Review|Overview|Advances|Recent Work", title)


def test_another_seed_gives_another_text() -> None:
    topic = TOPICS[0]
    drafts = [sample.write_abstract(sample.Dice(seed), topic, 150) for seed in range(20)]
    assert len({draft.abstract for draft in drafts if draft is not None}) == 20


def test_file_is_small() -> None:
    assert SAMPLE_PATH.stat().st_size <= 1_500_000


def test_raw_schema(table: pd.DataFrame) -> None:
    assert list(table.columns) == ["titles", "summaries", "terms"]
    for cell, labels in zip(table["terms"], labels_of(table), strict=True):
        assert cell == str(labels)
        assert len(set(labels)) == len(labels) >= 1


def test_counts_are_those_of_the_examples_run(table: pd.DataFrame, kept: pd.DataFrame) -> None:
    # The example's page: 2,000 rows, 9 duplicates, 275 combinations, 208 once, 1,783 kept.
    counts = table[~table["titles"].duplicated()]["terms"].value_counts()
    assert len(table) == 2000
    assert table["titles"].duplicated().sum() == 9
    assert len(counts) == 275
    assert (counts == 1).sum() == 208
    assert len(kept) == 1783


def test_labels_have_a_long_tail(table: pd.DataFrame, kept: pd.DataFrame) -> None:
    counts = Counter(label for labels in labels_of(table) for label in labels)
    assert 25 <= len(counts) <= 30
    assert set(counts) == {label for labels in labels_of(kept) for label in labels}
    (first, n_first), (second, n_second), (_, n_third) = counts.most_common(3)
    assert {first, second} == {"cs.CV", "cs.LG"}
    assert min(n_first, n_second) > 2 * n_third
    assert sorted(counts.values())[:5] < [30] * 5


def test_lengths(table: pd.DataFrame) -> None:
    n_words = np.array([len(text.split(" ")) for text in table["summaries"]])
    assert n_words.min() >= 25
    assert n_words.max() <= 285
    assert n_words.min() <= 35
    assert n_words.max() >= 270
    assert n_words.mean() == pytest.approx(158, abs=3)
    assert n_words.std(ddof=1) == pytest.approx(42, abs=3)


def test_abstracts_are_unique_but_for_the_intended_duplicates(table: pd.DataFrame) -> None:
    assert table["summaries"].duplicated().sum() == sample.N_EXACT_DUPLICATES
    repeated = table[table["summaries"].duplicated(keep=False)]
    assert (repeated.groupby("summaries")["titles"].nunique() == 1).all()


def test_a_few_near_duplicates_are_there(table: pd.DataFrame) -> None:
    unique = table[~table["summaries"].duplicated()]
    openings = Counter(text[:200] for text in unique["summaries"] if len(text) > 400)
    n_near = sum(n - 1 for n in openings.values())
    intended = sample.N_NEAR_DUPLICATES + sample.N_DUPLICATE_TITLES - sample.N_EXACT_DUPLICATES
    # a revision of the last sentence of a short abstract is not counted above
    assert intended - 3 <= n_near <= intended + 3


def test_two_papers_of_one_topic_do_not_read_alike(table: pd.DataFrame) -> None:
    unique = table.drop_duplicates("summaries")
    openings = Counter(text.split(". ")[0] for text in unique["summaries"])
    assert openings.most_common(1)[0][1] <= 12


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_bank_is_rich_and_well_formed(topic: Topic) -> None:
    assert len(topic.terms) >= 14
    assert len(topic.background) >= 3
    assert min(len(topic.gaps), len(topic.methods), len(topic.steps), len(topic.findings)) >= 4
    assert min(len(topic.data), len(topic.metrics), len(topic.baselines), len(topic.meanings)) >= 2
    assert all(re.match(r"(an?|the) ", method) for method in topic.methods)
    assert len(topic.leads) == len(topic.methods)
    assert all(0 <= i < len(topic.steps) for group in topic.leads for i in group)
    for bank in BANKS:
        phrases = getattr(topic, bank)
        assert len(set(phrases)) == len(phrases)
        for phrase in phrases:
            assert not phrase.endswith(".")
            assert phrase.count("{") == phrase.count("}")


def test_there_are_at_least_eighty_topics() -> None:
    assert len({topic.name for topic in TOPICS}) == len(TOPICS) >= 80


@pytest.mark.parametrize("topic", TOPICS[::12], ids=lambda topic: topic.name)
@pytest.mark.parametrize("frame_set", FRAMES)
def test_every_frame_can_be_filled(topic: Topic, frame_set: str) -> None:
    for seed, frame in enumerate(FRAMES[frame_set]):
        if "[theorem]" in frame and not topic.theorems:
            continue
        text = sample.Writer(topic, sample.Dice(seed), "TestNet").fill(frame)
        assert text[0].isupper() or text[0].isdigit()
        assert not re.search(r"[\[\]{}|]|  | [,.;]", text)


def test_prose_has_no_loose_ends(table: pd.DataFrame) -> None:
    for text in [*table["titles"], *table["summaries"]]:
        assert not re.search(r"[\[\]{}|\n\t]|  | [,.;?]|\.\.|\b(\w+) \1\b", text), text
        assert text == text.strip()
    for text in table["summaries"]:
        assert text[-1] in ".?"
        assert not re.search(r"\ba (?!one\b)[aeio]\w", text), text
        assert not re.search(r"\ban (?!hour|[A-Z])[^aeiou]", text), text


def test_no_abstract_says_the_same_twice(table: pd.DataFrame) -> None:
    for text in table["summaries"]:
        sentences = [sentence.split(" that ")[-1].lower() for sentence in text.split(". ")]
        assert len(sentences) == len(set(sentences)), text


def test_names_no_person_and_no_address(table: pd.DataFrame) -> None:
    text = " ".join([*table["titles"], *table["summaries"]])
    assert "@" not in text
    assert not re.search(r"https?:|www\.|\.(com|org|edu|net)\b|github", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("accuracy", "an accuracy"),
        ("F1 score", "an F1 score"),
        ("mean error", "a mean error"),
        ("NDCG at ten", "an NDCG at ten"),
        ("BLEU score", "a BLEU score"),
        ("user preference", "a user preference"),
        ("AUC", "an AUC"),
        ("unseen class accuracy", "an unseen class accuracy"),
        ("ROUGE-L", "a ROUGE-L"),
    ],
)
def test_with_article(phrase: str, expected: str) -> None:
    assert sample.with_article(phrase) == expected


@pytest.mark.parametrize(
    ("british", "expected"),
    [
        ("optimisation of neighbours", "optimization of neighbors"),
        ("regularised colour models", "regularized color models"),
        ("noise, precise, supervised, otherwise", "noise, precise, supervised, otherwise"),
        ("Generalisation and synthesis", "Generalization and synthesis"),
        ("the labelled tumour centre", "the labeled tumor center"),
    ],
)
def test_american(british: str, expected: str) -> None:
    assert sample.american(british) == expected


def test_title_case() -> None:
    assert sample.title_case("on the role of k-space sampling in MRI for 3D scans") == (
        "On the Role of K-Space Sampling in MRI for 3D Scans"
    )


def test_dice_draw_only_what_is_asked() -> None:
    dice = sample.Dice(1)
    assert {dice.below(3) for _ in range(200)} == {0, 1, 2}
    assert {dice.weighted((("a", 1), ("b", 0))) for _ in range(100)} == {"a"}
    assert sorted(dice.shuffled(range(50))) == list(range(50))
    values = [dice.normal(158, 42) for _ in range(4000)]
    assert np.mean(values) == pytest.approx(158, abs=3)
    assert np.std(values) == pytest.approx(42, abs=2)


def test_linear_model_is_neither_perfect_nor_lost(kept: pd.DataFrame) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics import f1_score
    from sklearn.model_selection import train_test_split
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer
    from sklearn.svm import LinearSVC

    y = MultiLabelBinarizer().fit_transform(labels_of(kept))
    scores = []
    for seed in range(2):
        rows = np.arange(len(kept))
        train, held_out = train_test_split(
            rows, test_size=0.2, stratify=kept["terms"], random_state=seed
        )
        val, test = train_test_split(held_out, test_size=0.5, random_state=seed)
        vectorizer = TfidfVectorizer(sublinear_tf=True)
        x_train = vectorizer.fit_transform(kept["summaries"].iloc[train])
        model = OneVsRestClassifier(LinearSVC(C=0.5)).fit(x_train, y[train])
        x_val, x_test = (vectorizer.transform(kept["summaries"].iloc[rows]) for rows in (val, test))
        score_val, score_test = model.decision_function(x_val), model.decision_function(x_test)
        threshold = max(
            np.linspace(-1, 0.5, 16),
            key=lambda t: f1_score(y[val], score_val > t, average="micro", zero_division=0),
        )
        scores.append(f1_score(y[test], score_test > threshold, average="micro"))
    assert min(scores) > 0.65
    assert max(scores) < 0.92


def real_data() -> Path | None:
    """Return the real papers' file, if this machine has it."""
    folder = os.environ.get("ARXIVTAG_REAL_DATA")
    base = Path(folder) if folder else PROJECT_FOLDER.parent / "shared" / "data"
    path = base if base.suffix == ".xz" else base / REAL_DATA_NAME
    return path if path.is_file() else None


def transfer_benchmark() -> ModuleType:
    """Return ``benchmarks/sample_transfer.py`` as a module."""
    path = PROJECT_FOLDER / "benchmarks" / "sample_transfer.py"
    spec = importlib.util.spec_from_file_location("sample_transfer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(
    real_data() is None, reason="the real papers are not on this machine (ARXIVTAG_REAL_DATA)"
)
def test_what_the_sample_teaches_carries_over_to_real_papers() -> None:
    path = real_data()
    assert path is not None
    result = transfer_benchmark().measure(path, n_rows=3000)
    assert len(result["auc"]) == 15
    assert result["macro_auc"] >= 0.80
