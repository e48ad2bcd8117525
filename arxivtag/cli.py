"""The command line: ``arxivtag`` and ``python -m arxivtag``.

Results go to standard output (as JSON with ``--json``), progress to standard
error. An :class:`ArxivTagError` prints one line and its hint and exits 1; bad
usage exits 2. Heavy imports stand inside the commands, so that ``--help``
answers at once.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from arxivtag import __version__, config, flags
from arxivtag.errors import ArxivTagError, ConfigError, DataError
from arxivtag.settings import DEFAULT_PRESET, PRESETS

DATA_HELP = (
    "'sample', 'arxiv-abstracts', or a file (.csv, .csv.gz, .csv.xz, .csv.zst, .jsonl, .parquet)"
)
MODEL_HELP = "'pretrained', a run id, or a bundle folder"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit: 0 done, 1 an error with a hint, 2 bad usage, 130 interrupted."""
    parser = build_parser()
    parsed = parser.parse_args(arguments)
    _check_usage(parser, parsed)
    if getattr(parsed, "home", None):
        os.environ["ARXIVTAG_HOME"] = str(Path(parsed.home).expanduser().resolve())
    try:
        parsed.command(parsed)
        sys.stdout.flush()
    except ArxivTagError as error:
        print(f"arxivtag: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("arxivtag: interrupted.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, say) left; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(0)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="arxivtag",
        description="Explore arXiv abstracts, train a multi-label classifier, tag papers.",
    )
    parser.add_argument("--version", action="version", version=f"arxivtag {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[argparse.Namespace], None], help: str
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help)
        command.set_defaults(command=run)
        command.add_argument("--json", action="store_true", help="print the result as JSON")
        command.add_argument(
            "--home", metavar="DIR", help="folder of runs and downloads (default: ARXIVTAG_HOME)"
        )
        return command

    _add_fetch(add("fetch", fetch, "Fetch papers from the network."))
    describe_parser = add("describe", describe, "Count what is in a data set.")
    describe_parser.add_argument("data", metavar="DATA", help=DATA_HELP)

    train_parser = add("train", train, "Train a model and evaluate it.")
    train_parser.add_argument("data", metavar="DATA", help=DATA_HELP)
    train_parser.add_argument(
        "--preset", choices=list(PRESETS), default=DEFAULT_PRESET,
        help="the settings to start from (default: %(default)s)",
    )  # fmt: skip
    flags.add_flags(train_parser)

    evaluate_parser = add("evaluate", evaluate, "Evaluate a model on labelled papers it never saw.")
    evaluate_parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    evaluate_parser.add_argument("data", metavar="DATA", help=DATA_HELP)
    evaluate_parser.add_argument("--out", metavar="FILE", help="write the whole evaluation as JSON")

    tag_parser = add("tag", tag, "Tag papers, or one abstract on standard input.")
    tag_parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    tag_parser.add_argument(
        "input", metavar="INPUT", help="a file of papers, or - for one abstract"
    )
    tag_parser.add_argument(
        "--out", type=_table_path, metavar="FILE", help="write the table (.csv, .jsonl or .parquet)"
    )
    tag_parser.add_argument(
        "--top", type=_count, metavar="K", help="the K most probable labels, from 1"
    )
    tag_parser.add_argument(
        "--threshold", type=_probability, metavar="T",
        help="one threshold, 0 to 1, in place of the model's own",
    )  # fmt: skip

    add("runs", runs, "List all runs.")

    export_parser = add("export", export, "Export one end-to-end Keras model (text in).")
    export_parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    export_parser.add_argument("--out", metavar="FILE.keras", required=True, help="file to write")

    app_parser = add("app", app, "Serve the web app.")
    app_parser.add_argument("--port", type=int, default=8501, help="port (default: %(default)s)")
    app_parser.add_argument("--host", default="127.0.0.1", help="address (default: %(default)s)")
    app_parser.add_argument("--headless", action="store_true", help="open no browser")
    return parser


def _add_fetch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", choices=("arxiv-abstracts", "arxiv-api"), metavar="SOURCE",
                        help="'arxiv-abstracts' (the published CSV) or 'arxiv-api'")  # fmt: skip
    parser.add_argument("--query", action="append", default=[],
                        help="arxiv-api: a search query; may be given several times")  # fmt: skip
    parser.add_argument("--max", type=_count, default=1000, dest="max_results", metavar="N",
                        help="arxiv-api: most papers per query (default: %(default)s)")  # fmt: skip
    parser.add_argument("--primary", action="append", default=[], metavar="LABEL",
                        help="arxiv-api: keep papers with this primary category; may be given "
                        "several times (default: all)")  # fmt: skip
    parser.add_argument("--out", metavar="FILE", help="where to write the CSV")


def _check_usage(parser: argparse.ArgumentParser, parsed: argparse.Namespace) -> None:
    """Exit 2 for options that do not go together, which argparse cannot know."""
    if parsed.command is tag and parsed.input == "-" and parsed.out:
        parser.error("tag: --out takes the table of a file of papers; for -, use --json.")


def _table_path(text: str) -> str:
    from arxivtag.tagging.tables import FORMATS

    if Path(text).suffix not in FORMATS:
        raise argparse.ArgumentTypeError(
            f"should end in one of {', '.join(FORMATS)}. Received: {text!r}."
        )
    return text


def _count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(
            f"should be a whole number of at least 1. Received: {text!r}."
        )
    return number


def _probability(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"should be between 0 and 1. Received: {text!r}.")
    return number


def _print_notes(notes: Sequence[str]) -> None:
    """Say on standard error what was noticed in reading: rows left out, say."""
    for note in notes:
        print(note, file=sys.stderr, flush=True)


def _progress(stage: str, fraction: float | None = None) -> None:
    """Print one line of progress on standard error."""
    share = "" if fraction is None else f" {fraction:4.0%}"
    print(f"{stage}{share}", file=sys.stderr, flush=True)


def _print_result(as_json: bool, result: Any, text: str) -> None:
    print(json.dumps(result, ensure_ascii=False, indent=1, allow_nan=False) if as_json else text)


def _plain(values: dict[str, Any]) -> str:
    """Return a dictionary as aligned lines; nested values are left to ``--json``."""
    rows = {key: value for key, value in values.items() if not isinstance(value, dict | list)}
    width = max((len(key) for key in rows), default=0)
    return "\n".join(f"{key:<{width}}  {_number(value)}" for key, value in rows.items())


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def fetch(arguments: argparse.Namespace) -> None:
    """Fetch papers from the network into a file."""
    from arxivtag.papers.fetching.arxiv_abstracts import fetch_arxiv_abstracts
    from arxivtag.papers.fetching.arxiv_api import Search, fetch_arxiv_api

    if arguments.source == "arxiv-abstracts":
        path = fetch_arxiv_abstracts(
            out=Path(arguments.out) if arguments.out else None, progress=_progress
        )
        result: dict[str, Any] = {"source": arguments.source, "path": str(path)}
    else:
        if not arguments.query:
            raise ConfigError("arxiv-api needs at least one query.", "Add --query 'cat:cs.LG'.")
        path = fetch_arxiv_api(
            Search(arguments.query, arguments.max_results, arguments.primary),
            out=Path(arguments.out) if arguments.out else None,
            progress=_progress,
        )
        result = {"source": arguments.source, "path": str(path), "queries": arguments.query}
    _print_result(arguments.json, result, _plain(result))


def describe(arguments: argparse.Namespace) -> None:
    """Count what is in a data set."""
    from arxivtag.exploring.describe import describe as describe_corpus
    from arxivtag.papers import sources

    corpus = sources.load(arguments.data)
    _print_notes(corpus.report.notes)
    result = describe_corpus(corpus)
    _print_result(arguments.json, result, _plain(result) + "\n" + _describe_tables(result))


def _describe_tables(result: dict[str, Any]) -> str:
    lengths = "  ".join(f"{key} {_number(value)}" for key, value in result["length_words"].items())
    counts = sorted(result["label_counts"].items(), key=lambda item: -item[1])[:10]
    labels = "  ".join(f"{label} {count:,}" for label, count in counts)
    return f"words an abstract: {lengths}\nmost frequent labels: {labels}"


def train(arguments: argparse.Namespace) -> None:
    """Train a model and evaluate it, in this process."""
    from arxivtag.runs import pipeline

    run = flags.run_config(arguments)
    result = pipeline.train_in_foreground(run, config.home_folder(), progress=_progress)
    _print_notes(result.get("data", {}).get("notes", ()))  # a run stopped early has no data
    _print_result(arguments.json, result, _train_text(result))


def _train_text(result: dict[str, Any]) -> str:
    seconds = "  ".join(
        f"{stage} {value:.1f} s"
        for stage, value in result["timings"].items()
        if isinstance(value, int | float)
    )
    head = {key: value for key, value in result.items() if key not in ("evaluation", "timings")}
    return f"{_plain(head)}\n{seconds}\n\n{_headline(result['evaluation'])}"


def _headline(evaluation: dict[str, Any]) -> str:
    from arxivtag.learning.headline import headline_text

    return headline_text(evaluation)


def evaluate(arguments: argparse.Namespace) -> None:
    """Evaluate a bundle on labelled papers it never saw."""
    from arxivtag import storage
    from arxivtag.runs import evaluating

    result = evaluating.evaluate_model(arguments.model, arguments.data, config.home_folder())
    _print_notes(result["notes"])
    if arguments.out:
        storage.write_json(Path(arguments.out), result)
    _print_result(arguments.json, result, _headline(result))


def tag(arguments: argparse.Namespace) -> None:
    """Tag a file of papers, or one abstract on standard input."""
    from arxivtag.runs.registry import resolve_model
    from arxivtag.tagging.bundle import load_bundle

    bundle = load_bundle(resolve_model(arguments.model, config.home_folder(), allow_path=True))
    if arguments.input == "-":
        _tag_one(arguments, bundle)
    else:
        _tag_file(arguments, bundle)


def _tag_one(arguments: argparse.Namespace, bundle: Any) -> None:
    from arxivtag.tagging import tagger

    text = _standard_input()
    (tags,) = tagger.tag(bundle, [text], top_k=arguments.top, threshold=arguments.threshold)
    result = [dataclasses.asdict(item) for item in tags]
    lines = [_tag_line(item) for item in tags]
    _print_result(arguments.json, result, "\n".join(lines) or "Not sure: no label stands out.")


def _tag_line(item: Any) -> str:
    mark = "*" if item.above_threshold else " "
    return f"{mark} {item.probability:5.1%}  {item.label:<18} {item.name}"


def _standard_input() -> str:
    """Return the abstract on standard input, bounded and decoded."""
    longest = config.limits().max_abstract_chars
    content = sys.stdin.buffer.read(4 * longest + 1)
    text = content.decode("utf-8", errors="replace").strip()
    if not text:
        raise DataError(
            "There is no text on standard input.",
            "Pipe one abstract in: echo '...' | arxivtag tag pretrained -",
        )
    if len(text) > longest:
        raise DataError(
            f"The abstract is longer than {longest:,} characters.",
            "Tag a file of papers instead, or raise ARXIVTAG_MAX_ABSTRACT_CHARS.",
        )
    return text


def _tag_file(arguments: argparse.Namespace, bundle: Any) -> None:
    from arxivtag.papers import sources
    from arxivtag.tagging import tables, tagger

    texts = sources.load_texts(arguments.input)
    _print_notes(texts.notes)
    options = {"top_k": arguments.top, "threshold": arguments.threshold}
    if arguments.out:
        table = tagger.tag_table(bundle, texts, **options)
        tables.write_table(table, Path(arguments.out))
        result = {"path": arguments.out, "n_papers": len(table)}
        result["n_skipped"] = texts.n_skipped
        _print_result(arguments.json, result, f"{len(table):,} papers tagged: {arguments.out}")
    elif arguments.json:
        papers = tagger.tag_papers(bundle, texts.frame, **options)
        rows = [[dataclasses.asdict(item) for item in tags] for tags in papers]
        _print_result(True, rows, "")
    else:
        table = tagger.tag_table(bundle, texts, **options)
        sys.stdout.write(tables.table_as_csv(table))


def runs(arguments: argparse.Namespace) -> None:
    """List all runs, newest first."""
    from arxivtag.runs import registry

    rows = [registry.summary_as_dict(run) for run in registry.list_runs(config.home_folder())]
    lines = [
        f"{row['run_id']:<28} {row['state']:<9} {row['preset'] or '':<14} {row['data'] or ''}"
        for row in rows
    ]
    _print_result(arguments.json, rows, "\n".join(lines) or "No runs yet: arxivtag train sample")


def export(arguments: argparse.Namespace) -> None:
    """Export one end-to-end Keras model: raw strings in, probabilities out."""
    from arxivtag.runs.registry import resolve_model
    from arxivtag.tagging.bundle import load_bundle
    from arxivtag.tagging.export import export_keras

    path = Path(arguments.out)
    if path.suffix != ".keras":
        raise ConfigError(f"--out should end in .keras. Received: {path.name}.", "Rename it.")
    export_keras(
        load_bundle(resolve_model(arguments.model, config.home_folder(), allow_path=True)), path
    )
    result = {"path": str(path), "size_mb": round(path.stat().st_size / 1e6, 3)}
    _print_result(arguments.json, result, _plain(result))


VISITORS_MESSAGE_MB = 60


def app(arguments: argparse.Namespace) -> None:
    """Serve the web app until it is interrupted."""
    _require_free_port(arguments.host, arguments.port)
    _make_environment_absolute()
    words = [
        sys.executable, "-m", "streamlit", "run", str(config.PROJECT_FOLDER / "streamlit_app.py"),
        "--server.port", str(arguments.port), "--server.address", arguments.host,
        # The server refuses larger files before it keeps them in memory.
        "--server.maxUploadSize", str(config.largest_upload_mb()),
    ]  # fmt: skip
    if config.visitor_mode():
        # What a browser may send in one message, so that no visitor fills the memory.
        words += ["--server.maxMessageSize", str(VISITORS_MESSAGE_MB)]
    if arguments.headless:
        words += ["--server.headless", "true"]
    # Streamlit reads .streamlit/config.toml from the working folder.
    os.chdir(config.PROJECT_FOLDER)
    os.execv(sys.executable, words)


def _make_environment_absolute() -> None:
    """Resolve the paths in the environment while the working folder is still the person's."""
    if os.environ.get("ARXIVTAG_HOME"):
        os.environ["ARXIVTAG_HOME"] = str(config.home_folder())
    if paths := config.data_paths():
        os.environ["ARXIVTAG_DATA"] = os.pathsep.join(map(str, paths))


def _require_free_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        # As Streamlit does: a port whose last server has just closed is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise ConfigError(
                f"Port {port} on {host} cannot be used: {getattr(error, 'strerror', error)}.",
                f"Choose another one: make run PORT={port + 1}",
            ) from error
