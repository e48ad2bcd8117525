"""Bundles: there and back, and every way of being damaged ends in one BundleError."""

from __future__ import annotations

import json
import pickle
import shutil
import tracemalloc
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from arxivtag.errors import BundleError
from arxivtag.tagging import tagger
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.loading import load_bundle, read_manifest
from arxivtag.tagging.saving import bundle_zip, save_bundle
from tests.tagging.models import FORMS, invented_texts, make_bundle

TEXTS = invented_texts(20, seed=5)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles") / "pristine"
    save_bundle(make_bundle("tuned", with_neighbours=True), folder)
    return folder


@pytest.fixture
def folder(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "bundle"))


@pytest.mark.parametrize("form", FORMS)
def test_there_and_back_tags_the_same(form: str, tmp_path: Path) -> None:
    bundle = make_bundle(form, with_neighbours=True)
    save_bundle(bundle, tmp_path / "b")
    loaded = load_bundle(tmp_path / "b")
    np.testing.assert_array_equal(tagger.predict(loaded, TEXTS), tagger.predict(bundle, TEXTS))
    assert loaded.label_names == bundle.label_names
    assert loaded.vectorizer.vocabulary.equals(bundle.vectorizer.vocabulary)
    assert loaded.vectorizer.config == bundle.vectorizer.config
    assert loaded.thresholds.method == bundle.thresholds.method
    assert loaded.calibration == bundle.calibration
    assert loaded.neighbours is not None
    assert loaded.neighbours.captions.equals(bundle.neighbours.captions)
    assert loaded.manifest["data_fingerprint"] == "0" * 64
    assert loaded.manifest["package_versions"]["numpy"] == np.__version__


def test_int8_with_a_damaged_scale_is_a_bundle_error(tmp_path: Path) -> None:
    save_bundle(make_bundle("linear"), tmp_path / "b")
    scale = tmp_path / "b" / "branch0_layer0_scale.npy"
    np.save(scale, np.load(scale) * np.float32(3e38))
    with pytest.raises(BundleError, match="not finite"):
        load_bundle(tmp_path / "b")


def test_no_pickle_and_no_paper_in_the_folder(pristine: Path) -> None:
    for path in pristine.glob("*.npy"):
        np.load(path, allow_pickle=False)
    assert {path.suffix for path in pristine.iterdir()} == {".npy", ".txt", ".json"}


def test_zip_unpacks_to_a_bundle(pristine: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(BytesIO(bundle_zip(pristine))) as archive:
        archive.extractall(tmp_path)
    assert load_bundle(tmp_path / "bundle").label_names == make_bundle().label_names


def test_saving_parts_that_do_not_fit_is_refused(tmp_path: Path) -> None:
    bundle = make_bundle()
    wrong = Bundle(
        **{
            name: getattr(bundle, name)
            for name in bundle.__dataclass_fields__
            if name != "label_names"
        },
        label_names=("cs.CV",),
    )
    with pytest.raises(BundleError):
        save_bundle(wrong, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def edit(**changes: Any) -> Callable[[Path], None]:
    """Change entries of the manifest; a dotted name reaches into an object, None removes."""

    def damage(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        for name, value in changes.items():
            inside = manifest
            *path, last = name.split("__")
            for step in path:
                inside = inside[step]
            if value is ...:
                del inside[last]
            else:
                inside[last] = value
        (folder / "manifest.json").write_text(json.dumps(manifest))

    return damage


def rewrite(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


def resave(name: str, change: Callable[[Any], Any]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        np.save(folder / name, change(np.load(folder / name)), allow_pickle=True)

    return damage


def shorten(name: str, keep: int) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:keep]) and None


def header(shape: str, descr: str = "'|i1'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def with_nan(array: Any) -> Any:
    array = array.copy()
    array.flat[3] = np.nan
    return array


def replace_by_link(folder: Path) -> None:
    (folder / "idf.npy").rename(folder.parent / "idf.npy")
    (folder / "idf.npy").symlink_to(folder.parent / "idf.npy")


KERNEL = "branch0_layer0_kernel.npy"
SCALE = "branch0_layer0_scale.npy"
DAMAGE: dict[str, Callable[[Path], None]] = {
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "manifest no JSON": rewrite("manifest.json", b"{"),
    "manifest a list": rewrite("manifest.json", b"[]"),
    "manifest not UTF-8": rewrite("manifest.json", b'{"a": "\xff"}'),
    "manifest deeply nested": rewrite("manifest.json", b"[" * 100_000),
    "manifest huge": rewrite("manifest.json", b" " * 5_000_000),
    "version of the future": edit(schema_version=2),
    "version a boolean": edit(schema_version=True),
    "no version": edit(schema_version=...),
    "no network": edit(network=...),
    "network a string": edit(network="../../etc/passwd"),
    "no thresholds": edit(thresholds=...),
    "thresholds too few": edit(thresholds__values=[0.5]),
    "thresholds NaN": edit(thresholds__values=[float("nan")] * 5),
    "thresholds text": edit(thresholds__values="0.5"),
    "threshold method unknown": edit(thresholds__method="exec"),
    "temperature 0": edit(calibration__temperature=0),
    "temperature infinite": edit(calibration__temperature=float("inf")),
    "calibration unknown": edit(calibration__method="pickle"),
    "text fields unknown": edit(text_fields="/etc/passwd"),
    "n_features negative": edit(n_features=-1),
    "n_features a float": edit(n_features=149.0),
    "n_features huge": edit(n_features=10**12),
    "n_features off by one": edit(n_features=148),
    "n_labels huge": edit(n_labels=10**9),
    "precision unknown": edit(network__precision="object"),
    "activation unknown": edit(network__output_activation="os.system"),
    "branches empty": edit(network__branches=[]),
    "branches too many": edit(network__branches=[[149, 16, 5]] * 100),
    "layers too many": edit(network__branches=[[149, *[16] * 99, 5]]),
    "units huge": edit(network__branches=[[149, 10**9, 5]]),
    "units zero": edit(network__branches=[[149, 0, 5]]),
    "units a string": edit(network__branches=[[149, "16", 5]]),
    "other units": edit(network__branches=[[149, 17, 5]]),
    "units over the limit": edit(network__branches=[[149, 65_000, 65_000, 5]]),
    "words without a network": edit(network__word_lengths=[30]),
    "vectorizer out of bounds": edit(vectorizer__ngrams=9),
    "vectorizer no object": edit(vectorizer=[]),
    "neighbours negative": edit(neighbours__n_papers=-5),
    "neighbours huge": edit(neighbours__n_entries=2**31 - 1),
    "no kernel": lambda folder: (folder / KERNEL).unlink(),
    "kernel empty": rewrite(KERNEL, b""),
    "kernel no array": rewrite(KERNEL, b"x" * 1000),
    "kernel cut": shorten(KERNEL, 2000),
    "kernel header cut": shorten(KERNEL, 60),
    "kernel of other shape": resave(KERNEL, lambda array: array.T),
    "kernel in other order": resave(KERNEL, np.asfortranarray),
    "kernel float64": resave(KERNEL, lambda array: array.astype(np.float64)),
    "kernel float32": resave(KERNEL, lambda array: array.astype(np.float32)),
    "no scale": lambda folder: (folder / SCALE).unlink(),
    "scale big-endian": resave(SCALE, lambda array: array.astype(">f4")),
    "scale NaN": resave(SCALE, with_nan),
    "scale infinite": resave(SCALE, lambda array: array * np.float32(np.inf)),
    "kernel of objects": resave(KERNEL, lambda array: array.astype(object)),
    "kernel a pickle": rewrite(KERNEL, pickle.dumps(np.ones(3))),
    "kernel declares terabytes": rewrite(KERNEL, header("(149, 1000000000000)")),
    "kernel declares overflow": rewrite(KERNEL, header("(4294967296, 4294967296)")),
    "kernel declares code": rewrite(KERNEL, header("__import__('os')")),
    "kernel declares a structure": rewrite(KERNEL, header("(149, 16)", "[('a', '<f4')]")),
    "kernel declares nonsense": rewrite(KERNEL, header("(149, 16)", "'zz'")),
    "kernel followed by more": lambda folder: (
        (folder / KERNEL).write_bytes((folder / KERNEL).read_bytes() + b"\0" * 8) and None
    ),
    "kernel a folder": lambda folder: (folder / KERNEL).unlink() or (folder / KERNEL).mkdir(),
    "idf a link": replace_by_link,
    "idf of whole numbers": resave("idf.npy", lambda array: array.view(np.int32)),
    "idf zero": resave("idf.npy", lambda array: array * 0),
    "idf negative": resave("idf.npy", lambda array: -array),
    "vocabulary short": shorten("vocabulary.txt", 50),
    "vocabulary empty": rewrite("vocabulary.txt", b""),
    "vocabulary not UTF-8": rewrite("vocabulary.txt", b"\xff\xfe\n" * 149),
    "vocabulary of empty lines": rewrite("vocabulary.txt", b"\n" * 149),
    "vocabulary with one line twice": rewrite("vocabulary.txt", b"a\n" * 149),
    "vocabulary with NUL": rewrite(
        "vocabulary.txt", b"".join(b"\0%d\n" % number for number in range(149))
    ),
    "labels missing": lambda folder: (folder / "label_names.txt").unlink(),
    "labels too many": rewrite("label_names.txt", b"a\nb\nc\nd\ne\nf\n"),
    "labels twice": rewrite("label_names.txt", b"a\na\nc\nd\ne\n"),
    "neighbours outside": resave("neighbours_indices.npy", lambda array: array + 1000),
    "neighbours negative columns": resave("neighbours_indices.npy", lambda array: array - 1000),
    "neighbours borders fall": resave("neighbours_indptr.npy", lambda array: array[::-1].copy()),
    "neighbours borders jump": resave("neighbours_indptr.npy", lambda array: array * 10**9),
    "scope a list": edit(scope=[1]),
    "scope too large": edit(scope__n_pairs=10**9),
    "scope without lengths": edit(scope__lengths=[]),
    "scope with lengths that fall": edit(scope__lengths=[8, 4]),
    "scope of text": edit(scope__lowest=["0", "1"]),
    "scope not finite": edit(scope__lowest=[0.0, float("nan")]),
    "scope's pairs fall": resave("scope_pairs.npy", lambda array: array[::-1].copy()),
    "scope's lifts float64": resave("scope_lifts.npy", lambda array: array.astype(np.float64)),
    "scope's lifts NaN": resave("scope_lifts.npy", with_nan),
    "neighbours without papers": rewrite("neighbours_papers.txt", b"\x1e\n"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_one_bundle_error(name: str, folder: Path) -> None:
    load_bundle(folder)
    DAMAGE[name](folder)
    tracemalloc.start()
    try:
        with pytest.raises(BundleError) as caught:
            load_bundle(folder)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.message.endswith((".", "!"))
    assert len(caught.value.message) < 400
    assert "Traceback" not in str(caught.value)
    # Nothing of a declared size was allocated (the JSON of the largest manifest has 5 MB).
    assert peak < 20_000_000


@pytest.fixture
def old(folder: Path) -> Path:
    """The bundle as older versions wrote it: float32, without scales."""
    for path in folder.glob("*_scale.npy"):
        kernel = folder / path.name.replace("scale", "kernel")
        np.save(kernel, np.load(kernel) * np.load(path)[:, None])
        path.unlink()
    edit(network__precision="float32")(folder)
    return folder


def test_a_bundle_of_an_older_version_tags_the_same(old: Path, pristine: Path) -> None:
    expected = tagger.predict(load_bundle(pristine), TEXTS)
    np.testing.assert_allclose(tagger.predict(load_bundle(old), TEXTS), expected, atol=1e-6)


@pytest.mark.parametrize("change", [with_nan, lambda array: array + np.float32(np.inf)])
def test_an_old_kernel_that_is_not_finite_is_refused(
    change: Callable[[Any], Any], old: Path
) -> None:
    resave(KERNEL, change)(old)
    with pytest.raises(BundleError, match="not finite"):
        load_bundle(old)


def test_bundle_over_the_limit_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_BUNDLE_MB", "1")
    with (folder / "extra").open("wb") as file:
        file.truncate(1_100_000)
    with pytest.raises(BundleError, match="at most 1 MB"):
        load_bundle(folder)


def test_missing_folder_is_a_bundle_error(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no model bundle"):
        read_manifest(tmp_path / "nowhere")


FILES = [
    "manifest.json",
    "vocabulary.txt",
    "label_names.txt",
    "idf.npy",
    KERNEL,
    SCALE,
    "branch0_layer1_bias.npy",
    "neighbours_indptr.npy",
    "neighbours_papers.txt",
]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(name=st.sampled_from(FILES), data=st.data())
@example(name="manifest.json", data=None)
def test_fuzz_flipped_bytes_load_or_are_a_bundle_error(
    pristine: Path, tmp_path: Path, name: str, data: Any
) -> None:
    """Bytes changed, removed or put in anywhere: a bundle that tags, or a BundleError."""
    target = tmp_path / "fuzzed"
    if not target.exists():
        shutil.copytree(pristine, target)
    content = bytearray((pristine / name).read_bytes())
    if data is not None:
        # Headers are where damage matters: half of the places are in the first 128 bytes.
        for _ in range(data.draw(st.integers(1, 4))):
            last = data.draw(st.sampled_from([min(127, len(content) - 1), len(content) - 1]))
            place = data.draw(st.integers(0, max(last, 0)))
            kind = data.draw(st.sampled_from(["change", "remove", "insert"]))
            if kind == "change" and content:
                content[place] = data.draw(st.integers(0, 255))
            elif kind == "remove":
                del content[place : place + data.draw(st.integers(1, 9))]
            else:
                content[place:place] = data.draw(st.binary(min_size=1, max_size=9))
    (target / name).write_bytes(content)
    try:
        bundle = load_bundle(target)
        y_prob = tagger.predict(bundle, TEXTS[:2])
        assert np.isfinite(y_prob).all()
    except BundleError:
        pass
    finally:
        shutil.copyfile(pristine / name, target / name)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_fuzz_manifest_entries(pristine: Path, tmp_path: Path, data: Any) -> None:
    """Any JSON value in place of any entry of the manifest: loads, or a BundleError."""
    target = tmp_path / "fuzzed"
    if not target.exists():
        shutil.copytree(pristine, target)
    manifest = json.loads((pristine / "manifest.json").read_text())
    inside, name = manifest, data.draw(st.sampled_from(sorted(manifest)))
    while isinstance(inside[name], dict) and inside[name] and data.draw(st.booleans()):
        inside = inside[name]
        name = data.draw(st.sampled_from(sorted(inside)))
    inside[name] = data.draw(json_values)
    (target / "manifest.json").write_text(json.dumps(manifest))
    try:
        y_prob = tagger.predict(load_bundle(target), TEXTS[:2])
        assert y_prob.shape == (2, 5)
    except BundleError:
        pass
