"""The exported Keras model, loaded in a fresh process without this package, equals the tagger."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from arxivtag.errors import BundleError, StorageError
from arxivtag.learning.vectorizer import Vectorizer
from arxivtag.papers.texts import normalize_text
from arxivtag.tagging import tagger
from arxivtag.tagging.export import export_keras
from tests.tagging.models import FORMS, LABELS, invented_texts, make_bundle

TEXTS = [
    *invented_texts(150, seed=21),
    "",
    "unknown words only",
    "Deep\u00a0network e\u0301 $x_1$\u2028image\x07",
    "deep " * 500,
]

PROJECT_FOLDER = Path(__file__).resolve().parent.parent.parent
DOCS = PROJECT_FOLDER / "docs" / "use_the_model.md"
# Keras 3.15 reads its own variables in a way that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

# What docs/use_the_model.md tells people to do, and nothing of arxivtag.
FRESH_PROCESS = """
import sys
import keras, numpy as np
folder = sys.argv[1]
texts = np.load(f"{folder}/texts.npy", allow_pickle=True)
for form in sys.argv[2:]:
    model = keras.saving.load_model(f"{folder}/{form}.keras")
    if keras.backend.backend() == "tensorflow":
        y_prob = model.predict(texts, verbose=0)
    else:
        tf_idf = model.get_layer("text_vectorization")(list(texts))
        y_prob = model.get_layer("network").predict(tf_idf, verbose=0)
    np.save(f"{folder}/{form}_{keras.backend.backend()}.npy", y_prob)
if keras.backend.backend() == "tensorflow":
    scope = {}
    exec(open(f"{folder}/docs_example.py").read(), scope)
    assert scope["y_prob"].shape == (1, len(scope["label_names"]))
assert not any(name.startswith("arxivtag") for name in sys.modules)
"""


def docs_examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    for form in FORMS:
        export_keras(make_bundle(form), folder / f"{form}.keras")
    shutil.copyfile(folder / "tuned.keras", folder / "model.keras")
    (folder / "docs_example.py").write_text(docs_examples()[1])
    texts = np.array([normalize_text(text) for text in TEXTS], dtype=object)
    np.save(folder / "texts.npy", texts, allow_pickle=True)
    return folder


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_fresh_process_agrees_with_the_tagger(folder: Path, backend: str) -> None:
    forms = FORMS if backend == "tensorflow" else ("tuned",)
    done = subprocess.run(
        [sys.executable, "-c", FRESH_PROCESS, str(folder), *forms],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for form in forms:
        y_prob = np.load(folder / f"{form}_{backend}.npy")
        expected = tagger.predict(make_bundle(form), TEXTS)
        assert y_prob.shape == expected.shape
        np.testing.assert_allclose(y_prob, expected, atol=1e-5, err_msg=form)


def test_the_bundle_example_of_the_docs_runs() -> None:
    """Six lines, in a process that never imports Keras."""
    code = docs_examples()[0] + "\nimport sys; assert not {'keras', 'jax'} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_FOLDER, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "cs.CV" in done.stdout.splitlines()[0]


def test_label_names_travel_in_the_file(folder: Path) -> None:
    with zipfile.ZipFile(folder / "plain.keras") as archive:
        assert archive.read("label_names.txt").decode().split() == list(LABELS)


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    def full(model: object, path: Path) -> None:
        assert path.parent.parent == tmp_path, "made beside its target"
        path.write_bytes(b"half a model")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keras.Model, "save", full)
    with pytest.raises(StorageError, match="No space left"):
        export_keras(make_bundle(), tmp_path / "model.keras")
    assert list(tmp_path.iterdir()) == []


def test_a_vocabulary_that_keras_refuses_is_one_sentence(tmp_path: Path) -> None:
    bundle = make_bundle()
    terms = bundle.vectorizer.vocabulary.to_pylist()
    terms[0] = terms[1]
    hostile = dataclasses.replace(
        bundle,
        vectorizer=Vectorizer(pa.array(terms), bundle.vectorizer.idf, bundle.vectorizer.config),
    )
    with pytest.raises(BundleError, match="Keras cannot hold this model"):
        export_keras(hostile, tmp_path / "model.keras")


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"end in \.keras"):
        export_keras(make_bundle(), tmp_path / "model.h5")
