"""The command line as a person uses it: real output and exit codes, and processes that work."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from arxivtag import cli, config
from arxivtag.config import ASSETS_FOLDER, SAMPLE_PATH, Limits
from arxivtag.runs import cluster, worker
from tests.conftest import PROJECT_FOLDER

ABSTRACT = (
    "We train a convolutional network to segment tumours in magnetic resonance images, and show "
    "that data augmentation improves the Dice score on two public benchmarks of brain scans."
)


def run(
    *words: str, stdin: bytes = b"", timeout_s: float = 240
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "arxivtag", *words],
        input=stdin,
        capture_output=True,
        timeout=timeout_s,
        cwd=PROJECT_FOLDER,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


Called = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Called:
    """As :func:`run`, but in this process: for what is said and how, before any work begins."""

    def call(*words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = cli.run_command(words)
        return subprocess.CompletedProcess(words, code, *capsys.readouterr())

    return call


def result_of(*words: str, stdin: bytes = b"") -> object:
    done = run(*words, "--json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    path = tmp_path / "papers.csv"
    sample = pd.read_csv(SAMPLE_PATH).head(20)
    sample.insert(0, "number", range(20))
    sample.to_csv(path, index=False)
    return path


def test_help_names_every_command_and_stays_light() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in ("fetch", "describe", "train", "evaluate", "tag", "runs", "export", "app"):
        assert command in done.stdout
    code = (
        "import sys, arxivtag.cli as cli; cli.build_parser()\n"
        "print(sorted({'pandas','numpy','streamlit','keras','pyarrow'} & set(sys.modules)))"
    )
    light = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert light.stdout.strip() == "[]", light.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["sweep", "sample", "--presets", "linear"],
        ["evaluate", "pretrained", "sample"],
        ["tag", "pretrained", "papers.csv", "--out", "tagged.csv"],
    ],
)
def test_a_cluster_named_to_a_command_is_that_commands(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("ARXIVTAG_CLUSTER", raising=False)
    monkeypatch.setattr(cluster, "_ANSWER_S", 0.3)
    monkeypatch.chdir(tmp_path)
    words = [*words, "--home", str(tmp_path), "--cluster", "tcp://127.0.0.1:9"]
    assert cli.run_command(words) == 1
    assert "The cluster at tcp://127.0.0.1:9 does not answer." in capsys.readouterr().err
    assert config.cluster_address() == ""
    cluster.close()


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("explode",),
        ("describe",),
        ("train", "sample", "--epochs", "x"),
        ("tag", "pretrained", "-", "--out", "x.csv"),
        ("tag", "pretrained", "papers.csv", "--out", "x.txt"),
        ("tag", "pretrained", "-", "--top", "-1"),
        ("tag", "pretrained", "-", "--notes"),
        ("tag", "pretrained", "-", "--top", "0"),
        ("tag", "pretrained", "-", "--threshold", "nan"),
        ("tag", "pretrained", "-", "--threshold", "7"),
        ("fetch", "arxiv-abstracts", "--out", "x.txt"),
        ("app", "--port", "-1"),
        ("fetch", "arxiv-api", "--query", "q", "--max", "0"),
    ],
)
def test_bad_usage_exits_2(words: tuple[str, ...], called: Called) -> None:
    done = called(*words, stdin=ABSTRACT.encode())
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("arxivtag")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("fetch", "arxiv-api"), "needs at least one query"),
        (("export", "pretrained", "--out", "model.h5"), "should end in .keras"),
        (("train", "sample", "--epochs", "0"), "epochs should be at least 1"),
        (("sweep", "sample", "--presets", "linear", "--seeds", "a"), "whole numbers, as in 1,2,3"),
        (("train", "sample", "--loss", "squared_hinge"), "used without hidden layers"),
        (("app", "--port", "70000"), "from 0 to 65535. Received: '70000'."),
    ],
)
def test_bad_usage_is_one_sentence(words: tuple[str, ...], message: str, called: Called) -> None:
    done = called(*words)
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"arxivtag {words[0]}: error: ")
    assert message in last
    assert ".." not in last.replace("...", "")


def test_rows_left_out_are_named_and_counted(tmp_path: Path) -> None:
    path, out = tmp_path / "papers.jsonl", tmp_path / "tagged.jsonl"
    good = json.dumps({"title": "A title", "abstract": ABSTRACT, "labels": ["cs.CV"]})
    path.write_text(f"{good}\n{{broken\n{good}\n")
    for words in (("tag", "pretrained", str(path)), ("evaluate", "pretrained", str(path))):
        done = run(*words, "--json")
        assert done.returncode == 0, done.stderr
        assert "1 row was left out: not valid JSON." in done.stderr
    result = result_of("tag", "pretrained", str(path), "--out", str(out))
    assert result == {"path": str(out), "n_papers": 2, "n_skipped": 1, "notes": {}}
    evaluation = result_of("evaluate", "pretrained", str(path))
    assert isinstance(evaluation, dict)
    assert (evaluation["n_samples"], evaluation["n_skipped"]) == (2, 1)


def test_train_names_the_rows_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def trained(*_: object, **__: object) -> dict[str, object]:
        notes = ["1 row was left out: not valid JSON."]
        return {"run_id": "run-a", "data": {"notes": notes}, "timings": {}, "evaluation": {}}

    monkeypatch.setattr(worker, "train_in_foreground", trained)
    assert cli.run_command(["train", "sample", "--json"]) == 0
    output = capsys.readouterr()
    assert "1 row was left out: not valid JSON." in output.err.splitlines()
    assert json.loads(output.out)["run_id"] == "run-a"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What the server was asked for, each time that ``arxivtag app`` would have started one."""
    from arxivtag import server

    asked: list[dict[str, object]] = []

    def serve(home: Path, options: dict[str, object], base_path: str, *, has_login: bool) -> None:
        given = {"home": home, "base_path": base_path, "has_login": has_login}
        asked.append({**given, **options})

    monkeypatch.setattr(server, "serve", serve)
    return asked


def test_app_resolves_the_environment_s_paths_before_it_changes_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served: list[dict[str, object]]
) -> None:
    data = os.pathsep.join(str(tmp_path / name) for name in ("a.csv", "in/b.csv"))
    for words, folder in (((), "home"), (("--home", "other"), "other")):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ARXIVTAG_HOME", "home")
        monkeypatch.setenv("ARXIVTAG_DATA", os.pathsep.join(("a.csv", "in/b.csv")))
        assert cli.run_command(["app", "--port", "0", "--headless", *words]) == 0
        assert served.pop()["home"] == tmp_path / folder
        assert os.environ["ARXIVTAG_HOME"] == str(tmp_path / folder)
        assert os.environ["ARXIVTAG_DATA"] == data


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_app_takes_an_address_of_ipv6(
    monkeypatch: pytest.MonkeyPatch, served: list[dict[str, object]]
) -> None:
    monkeypatch.chdir(".")  # put back afterwards
    assert cli.run_command(["app", "--host", "::1", "--port", "0"]) == 0
    assert served[0]["server.address"] == "::1"


@pytest.mark.parametrize("visitors", ["0", "1"])
def test_app_serves_owners_and_visitors_where_people_sign_in(
    visitors: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    served: list[dict[str, object]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARXIVTAG_VISITORS", visitors)
    monkeypatch.setenv("ARXIVTAG_DATA", "a.csv")
    secrets = tmp_path / "secrets.toml"
    words = ["app", "--port", "0", "--home", str(tmp_path)]
    assert cli.run_command(words) == 0
    secrets.write_text(
        '[auth]\nredirect_uri = "https://tag.example.org/oauth2callback"\nclient_id = "a"\n'
        f'cookie_secret = "{"c" * 32}"\nclient_secret = "b"\nserver_metadata_url = "c"\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARXIVTAG_DATA", "a.csv")
    assert cli.run_command(words) == 0
    assert [one["has_login"] for one in served] == [False, True]
    assert served[1]["server.maxUploadSize"] == Limits().max_upload_mb
    assert served[1]["server.maxMessageSize"] == cli.VISITORS_MESSAGE_MB
    assert served[1]["secrets.files"] == [str(secrets)]
    assert os.environ["ARXIVTAG_DATA"] == str(tmp_path / "a.csv")
    secrets.write_text("[auth]")
    assert cli.run_command(words) == 1
    assert "lacks" in capsys.readouterr().err
    assert len(served) == 2


def test_a_taken_port_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.run_command(["app", "--port", str(port)]) == 1
    said = capsys.readouterr().err
    assert f"Port {port} on 127.0.0.1 cannot be used: Address already in use.\n" in said
    assert "--port" in said.splitlines()[1]


def test_describe_the_sample() -> None:
    result = result_of("describe", "sample")
    assert isinstance(result, dict)
    assert (result["n_rows"], result["n_duplicate_titles"], result["n_after_dedup"]) == (
        2000,
        9,
        1991,
    )
    assert result["n_kept"] + result["n_rare_combinations"] == result["n_after_dedup"]
    assert set(result["length_words"]) == {
        "count",
        "mean",
        "std",
        "min",
        "25%",
        "50%",
        "75%",
        "max",
    }
    text = run("describe", "sample").stdout
    assert "n_rows" in text
    assert "2,000" in text


def test_describe_the_real_file(real_data: Path) -> None:
    """The figures that the project's design states for this file."""
    result = result_of("describe", str(real_data))
    assert isinstance(result, dict)
    expected = {
        "n_rows": 38_209,
        "n_duplicate_titles": 2_657,
        "n_after_dedup": 35_552,
        "n_label_combinations": 7_772,
        "n_rare_combinations": 5_127,
        "n_kept": 30_425,
    }
    assert {key: result[key] for key in expected} == expected


BAD_FILES = {
    "empty.csv": b"",
    "columns.csv": b"a,b\n1,2\n",
    "header-only.csv": b"titles,summaries,terms\n",
    "truncated.csv.gz": b"\x1f\x8b\x08\x00garbage",
    "words.txt": b"hello",
}


@pytest.mark.parametrize("command", ["describe", "train"])
@pytest.mark.parametrize("name", [*BAD_FILES, "missing.csv"])
def test_bad_data_is_one_sentence_with_a_hint(
    tmp_path: Path, command: str, name: str, called: Called
) -> None:
    path = tmp_path / name
    if name in BAD_FILES:
        path.write_bytes(BAD_FILES[name])
    do = run if command == "train" else called  # a training imports and forks
    done = do(command, str(path), "--json", "--home", str(tmp_path / "home"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-2:]
    assert last[0].startswith("arxivtag: ")
    assert last[1].startswith("  ")


@pytest.mark.parametrize(
    ("words", "stdin", "message"),
    [
        (("tag", "pretrained", "-"), b"", "no text on standard input"),
        (("tag", "pretrained", "-"), b"x" * 2_000_000, "longer than"),
        (("tag", "nothing-here", "-"), b"text", "nothing-here"),
        (("tag", "../../etc", "-"), b"text", "etc"),
        (("tag", "pretrained", "missing.csv"), b"", "missing.csv"),
        (("evaluate", "pretrained", "missing.csv"), b"", "missing.csv"),
        (("app", "--port", "1"), b"", "Port 1"),
        (
            ("sweep", "sample", "--presets", "linear", "--cluster", "nonsense"),
            b"",
            "'nonsense' is not the address of a scheduler",
        ),
    ],
)
def test_errors_are_one_sentence_with_a_hint(
    words: tuple[str, ...], stdin: bytes, message: str, tmp_path: Path, called: Called
) -> None:
    do = called
    if words[:3] == ("app", "--port", "1"):
        words = ("app", "--port", "1", "--host", "203.0.113.1")  # never an address of this machine
        do = run  # it changes the folder
    done = do(*words, "--home", str(tmp_path), stdin=stdin)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert message in done.stderr
    assert done.stderr.count("\n") <= 3


def in_a_shell(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of a shell in which ``arxivtag`` is the command line."""
    command = f'arxivtag() {{ "{sys.executable}" -m arxivtag "$@"; }}; {line}'
    variables = os.environ | {"PYTHONPATH": str(PROJECT_FOLDER), "ARXIVTAG_HOME": "home"}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, env=variables | environment
    )


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("arxivtag tag pretrained - <&-", 1, "no text on standard input"),
        ("arxivtag runs > /dev/full", 1, "could not be printed: No space left on device"),
        ("arxivtag tag pretrained papers.csv > /dev/full", 1, "could not be printed"),
        ("arxivtag runs >&-", 0, ""),
        ("arxivtag explode 2>&-", 2, ""),
    ],
)
def test_streams_that_are_full_or_closed(
    line: str, code: int, message: str, papers: Path, tmp_path: Path
) -> None:
    done = in_a_shell(line, tmp_path)
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr
    assert message in done.stderr.decode()


def test_results_are_the_same_where_nobody_hears_notes(papers: Path, tmp_path: Path) -> None:
    heard = in_a_shell("arxivtag describe papers.csv --json", tmp_path)
    unheard = in_a_shell("arxivtag describe papers.csv --json --home other 2>&-", tmp_path)
    assert unheard.returncode == 0, unheard.stdout
    assert json.loads(unheard.stdout) == json.loads(heard.stdout)


def test_results_are_utf8_whatever_the_language_and_the_name_of_the_file(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xc3\xa9-\xff.csv")  # not all of it is UTF-8
    (tmp_path / name).write_text(f'title,abstract,labels\né,"{ABSTRACT}",cs.CV\n', "utf-8")
    told = in_a_shell("arxivtag describe caf*.csv --json", tmp_path, PYTHONIOENCODING="ascii")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout.decode("utf-8"))["source"] == name
    tagged = in_a_shell("arxivtag tag pretrained caf*.csv", tmp_path, PYTHONIOENCODING="ascii")
    assert tagged.stdout.decode("utf-8").splitlines()[1].startswith('é,"We train')


def test_runs_that_may_not_be_read_are_not_no_runs(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "runs").mkdir(parents=True)
    assert cli.run_command(["runs"]) == 0
    assert "No runs yet" in capsys.readouterr().out

    def refuse(path: Path) -> None:  # modes do not hold back root
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "listdir", refuse)
    assert cli.run_command(["runs"]) == 1
    assert "runs: Permission denied." in capsys.readouterr().err


def test_tag_one_abstract_on_standard_input() -> None:
    tags = result_of("tag", "pretrained", "-", "--top", "3", stdin=ABSTRACT.encode())
    assert isinstance(tags, list)
    assert len(tags) == 3
    assert set(tags[0]) == {"label", "name", "probability", "above_threshold"}
    assert tags[0]["label"] == "cs.CV"
    probabilities = [tag["probability"] for tag in tags]
    assert probabilities == sorted(probabilities, reverse=True)


def test_why_the_model_is_not_sure_is_told(tmp_path: Path) -> None:
    """A recipe gets no label and a note; the plain list stays as it is."""
    recipe = "Whisk three eggs with sugar, fold in the flour and bake it for twenty minutes."
    path = tmp_path / "papers.csv"
    pd.DataFrame({"abstract": [recipe, ABSTRACT]}).to_csv(path, index=False)
    tagged = result_of("tag", "pretrained", str(path), "--notes")
    assert isinstance(tagged, list)
    unsure, sure = tagged
    assert unsure["labels"] == []
    assert "abstract" in unsure["note"] or "area" in unsure["note"]
    assert sure["labels"][0]["label"] == "cs.CV"
    one = result_of("tag", "pretrained", "-", "--notes", "--top", "1", stdin=recipe.encode())
    assert isinstance(one, dict)
    assert one["note"] == unsure["note"]
    assert not one["labels"][0]["above_threshold"]
    assert result_of("tag", "pretrained", "-", stdin=recipe.encode()) == []


def test_one_word_is_tagged_or_declined_without_a_traceback() -> None:
    done = run("tag", "pretrained", "-", stdin=b"word")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Not sure.\n"
    assert "The text is too short to judge." in done.stderr


def test_tag_a_file_keeps_its_columns(papers: Path, tmp_path: Path) -> None:
    out = tmp_path / "tagged.csv"
    result = result_of("tag", "pretrained", str(papers), "--out", str(out), "--top", "2")
    assert result == {"path": str(out), "n_papers": 20, "n_skipped": 0, "notes": {}}
    table = pd.read_csv(out)
    assert list(table.columns[:4]) == ["number", "titles", "summaries", "terms"]
    assert list(table.columns[4:]) == ["predicted_labels", "probabilities", "note"]
    assert table["note"].isna().all()
    for labels, probabilities in zip(
        table["predicted_labels"], table["probabilities"], strict=True
    ):
        numbers = [float(number) for number in probabilities.split()]
        assert len(labels.split()) == len(numbers) == 2
        assert numbers == sorted(numbers, reverse=True)
    rows = result_of("tag", "pretrained", str(papers), "--top", "2")
    assert isinstance(rows, list)
    assert [row[0]["label"] for row in rows] == [
        labels.split()[0] for labels in table["predicted_labels"]
    ]


def test_evaluate_has_the_contracts_figures(papers: Path) -> None:
    result = result_of("evaluate", "pretrained", str(papers))
    assert isinstance(result, dict)
    for key in (
        "micro_f1", "macro_f1", "samples_f1", "lrap", "precision_at_1", "precision_at_3",
        "precision_at_5", "subset_accuracy", "hamming_loss", "binary_accuracy",
        "binary_accuracy_all_zeros", "n_samples", "n_labels", "n_unknown_labels", "thresholds",
    ):  # fmt: skip
        assert key in result, key
    assert result["n_samples"] == 20
    assert result_of("evaluate", "pretrained", str(papers), "--jobs", "2") == result


def test_train_list_tag_and_repeat(tmp_path: Path) -> None:
    """The whole way on the sample, with the real engine; the same seed gives the same figures."""
    home = str(tmp_path / "home")
    words = ("train", "sample", "--epochs", "2", "--random-seed", "7", "--home", home)
    first, second = result_of(*words), result_of(*words)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["status"] == "finished"
    for result in (first, second):
        for baseline in result["evaluation"]["baselines"]:
            del baseline["seconds"]
    assert first["evaluation"] == second["evaluation"]
    assert {"load", "clean", "split", "vectorize", "train", "evaluate"} <= set(first["timings"])
    assert first["n_train"] + first["n_val"] + first["n_test"] == 1783
    listed = result_of("runs", "--home", home)
    assert isinstance(listed, list)
    assert {row["run_id"] for row in listed} == {first["run_id"], second["run_id"]}
    tags = result_of("tag", first["run_id"], "-", "--home", home, "--top", "1",
                     stdin=ABSTRACT.encode())  # fmt: skip
    assert isinstance(tags, list)
    assert len(tags) == 1


def test_the_pretrained_bundle_is_small() -> None:
    size = sum(path.stat().st_size for path in (ASSETS_FOLDER / "pretrained").rglob("*"))
    assert size <= 14_000_000


def test_columns_and_separator_are_said_on_every_command_that_takes_data(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    rows = [f"{ABSTRACT.replace(',', '')} {number},cs.CV / cs.LG" for number in range(3)]
    path.write_text("\n".join(["story,kind", *rows]).replace(" / ", "#"))
    said = ("--columns", "abstract=story,labels=kind", "--label-separator", "#")
    figures = result_of("describe", str(path), *said)
    assert isinstance(figures, dict)
    assert figures["labels_read"] == {
        "words": "Labels are separated by '#'.",
        "separator": "hash",
        "n_labels": 2,
        "examples": [{"written": "cs.CV#cs.LG", "labels": ["cs.CV", "cs.LG"]}],
    }
    assert "'cs.CV#cs.LG' -> cs.CV | cs.LG" in run("describe", str(path), *said).stdout
    evaluated = result_of("evaluate", "pretrained", str(path), *said)
    assert isinstance(evaluated, dict)
    assert evaluated["n_samples"] == 3
    tagged = result_of("tag", "pretrained", str(path), "--columns", "abstract=story")
    assert isinstance(tagged, list)
    assert len(tagged) == 3


@pytest.mark.parametrize("command", [("describe",), ("train",), ("evaluate", "pretrained")])
@pytest.mark.parametrize("said", [("--columns", "TI"), ("--label-separator", "~")])
def test_columns_and_separators_that_are_not_understood(
    command: tuple[str, ...], said: tuple[str, str], tmp_path: Path, called: Called
) -> None:
    do = run if command == ("train",) else called
    done = do(*command, "sample", *said, "--home", str(tmp_path))
    assert done.returncode == 1
    assert "Received: " in done.stderr
    assert not (tmp_path / "runs").exists()
