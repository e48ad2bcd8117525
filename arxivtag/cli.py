"""The command line: ``arxivtag`` and ``python -m arxivtag``.

Results go to standard output (as JSON with ``--json``), progress to standard
error. An :class:`ArxivTagError` prints one line and its hint and exits 1; bad
usage exits 2. Heavy imports stand inside the commands, so that ``--help``
answers at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import traceback
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from arxivtag import __version__, config, flags, login
from arxivtag.commands import (
    CLUSTER,
    COLUMNS,
    COMMANDS,
    COUNT,
    DATA,
    HOME,
    JOBS,
    JSON,
    LABEL_SEPARATOR,
    MODEL,
    PORT,
    SHARE,
    command,
    layout_of,
    number,
    option,
    plain,
    prepare_streams,
    print_notes,
    print_out,
    print_result,
    progress,
)
from arxivtag.errors import ArxivTagError, ConfigError, RefusedError, RunError
from arxivtag.interrupts import ctrl_c_ends
from arxivtag.policy import Role, acting_as, data_paths, policy, role
from arxivtag.settings import DEFAULT_PRESET, PRESETS

if TYPE_CHECKING:
    from arxivtag.settings import RunConfig
    from arxivtag.tagging.bundle import Bundle
    from arxivtag.tagging.parts import Pool

VISITORS_MESSAGE_MB = 60


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the process: 0 done, 1 error with a hint, 2 bad usage, 130 Ctrl-C."""
    code = 1
    prepare_streams()
    try:
        code = run_command(arguments)
    except KeyboardInterrupt:
        code = 130
        print("arxivtag: interrupted.", file=sys.stderr)
    except BrokenPipeError:
        pass  # the reader (head, say) has left
    except Exception:
        traceback.print_exc()
    finally:
        leave(code)


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        parsed = build_parser().parse_args(arguments)
        parsed.home = parsed.home or config.home_folder()
        parsed.run(parsed)
    except SystemExit as ended:  # the parser has said what is wrong, or printed help
        return int(ended.code or 0)
    except ArxivTagError as error:
        print(f"arxivtag: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        return 1
    return 0


def leave(code: int) -> NoReturn:
    """End the process at once, after what was printed is written.

    Python's own end waits for threads and takes the interpreter away from those that do not end:
    an import of Keras that goes on in the background, Arrow's threads in the midst of a file.
    Native code that then wakes aborts the process (SIGABRT) or never ends. Files and child
    processes are closed where they are opened, so nothing is left for Python to do.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        # Its reader has left, or it is closed: by this process, or by who started it.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


def build_parser() -> ArgumentParser:
    """Return the parser of all commands."""
    parser = ArgumentParser(
        prog="arxivtag",
        description="Explore arXiv abstracts, train a multi-label classifier, tag papers.",
    )
    parser.add_argument("--version", action="version", version=f"arxivtag {__version__}")
    parsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for run, options in COMMANDS.items():
        help = (run.__doc__ or "").partition("\n")[0]
        own = parsers.add_parser(run.__name__, help=help, description=help)
        own.set_defaults(run=run, usage_error=own.error)
        for add in (JSON, HOME, *options):
            add(own)
    return parser


# Each command with its options.


@command(
    option("source", choices=("arxiv-abstracts", "arxiv-api"), metavar="SOURCE",
           help="'arxiv-abstracts' (the published CSV) or 'arxiv-api'"),
    option("--query", action="append", default=[],
           help="arxiv-api: a search query; may be given several times"),
    option("--max", type=COUNT, default=1000, dest="max_results", metavar="N",
           help="arxiv-api: most papers per query (default: %(default)s)"),
    option("--primary", action="append", default=[], metavar="LABEL",
           help="arxiv-api: keep papers with this primary category; may be given several times "
           "(default: all)"),
    option("--out", type=flags.file_ending_in(".csv"), metavar="FILE.csv",
           help="file to write (default: in the downloads folder)"),
)  # fmt: skip
def fetch(arguments: Namespace) -> None:
    """Fetch papers from the network."""
    from arxivtag.papers.fetching.arxiv_abstracts import fetch_arxiv_abstracts
    from arxivtag.papers.fetching.arxiv_api import Search, fetch_arxiv_api

    result: dict[str, object] = {"source": arguments.source}
    if arguments.source == "arxiv-abstracts":
        path = fetch_arxiv_abstracts(home=arguments.home, out=arguments.out, progress=progress())
        result["path"] = str(path)
    else:
        if not arguments.query:
            arguments.usage_error("arxiv-api needs at least one query: add --query 'cat:cs.LG'.")
        path = fetch_arxiv_api(
            Search(arguments.query, arguments.max_results, arguments.primary),
            home=arguments.home,
            out=arguments.out,
            progress=progress(),
        )
        result |= {"path": str(path), "queries": arguments.query}
    print_result(arguments.json, result, plain(result))


@command(DATA, COLUMNS, LABEL_SEPARATOR)
def describe(arguments: Namespace) -> None:
    """Count what is in a data set."""
    from arxivtag.exploring.preparation import describe as describe_corpus
    from arxivtag.runs.opening import open_corpus

    layout = layout_of(arguments)
    corpus = open_corpus(arguments.data, arguments.home, layout=layout, progress=progress())
    print_notes(corpus.report.read.notes)
    result = describe_corpus(corpus)
    lengths = "  ".join(f"{key} {number(value)}" for key, value in result["length_words"].items())
    most_frequent = sorted(result["label_counts"].items(), key=lambda item: -item[1])[:10]
    labels = "  ".join(f"{label} {count:,}" for label, count in most_frequent)
    read = corpus.report.labels_read
    lines = [
        plain(result),
        f"words per abstract: {lengths}",
        f"most frequent labels: {labels}",
        read.sentence,
        *(f"  {one.written[:60]!r} -> {' | '.join(one.labels)}" for one in read.examples),
        corpus.report.dates_read.sentence,
    ]
    print_result(arguments.json, result, "\n".join(lines))


@command(
    DATA,
    option("--preset", choices=list(PRESETS), default=DEFAULT_PRESET,
           help="the settings to start from (default: %(default)s)"),
    flags.add_flags,
)  # fmt: skip
def train(arguments: Namespace) -> None:
    """Train a model and evaluate it."""
    from arxivtag.papers.schema import parse_layout

    try:
        settings = flags.settings_from(arguments)
    except ConfigError as error:
        arguments.usage_error(str(error))
    parse_layout(settings.columns, settings.label_separator)  # before a run is made
    _run_here(arguments, settings)


@command(option("members", nargs="+", metavar="RUN", help="ids of finished runs of one split"))
def ensemble(arguments: Namespace) -> None:
    """Make one model of finished runs, each weighed on validation papers, and evaluate it."""
    from arxivtag.runs.ensembles import ensemble_settings

    _run_here(arguments, ensemble_settings(arguments.members, arguments.home))


def _run_here(arguments: Namespace, settings: RunConfig) -> None:
    """Do a run in this process, and print what went in, how long it took, what came out."""
    from arxivtag.learning.headline import headline_text
    from arxivtag.runs import worker

    result = worker.train_in_foreground(settings, arguments.home, progress=progress())
    print_notes(result.get("data", {}).get("notes", ()))  # a run stopped early has no data
    head = {key: value for key, value in result.items() if key not in ("evaluation", "timings")}
    times = {stage: seconds for stage, seconds in result["timings"].items() if stage != "epochs"}
    seconds = "  ".join(f"{stage} {value:.1f} s" for stage, value in times.items())
    text = f"{plain(head)}\n{seconds}\n\n{headline_text(result['evaluation'])}"
    print_result(arguments.json, result, text)


@command(
    DATA,
    option("--presets", type=flags.names, required=True, metavar="A,B",
           help=f"the presets to try, of {', '.join(PRESETS)}"),
    option("--seeds", type=flags.whole_numbers, default=(42,), metavar="N,M",
           help="random seeds; each is a split of its own (default: 42)"),
    option("--set", action="append", default=[], dest="values", metavar="SETTING=V,W",
           help="values of a setting to try, as in learning_rate=0.01,0.02 or "
           "train_share=0.1,0.25,0.5,1; may be given several times"),
    option("--cluster", metavar="ADDRESS",
           help="train on the workers of a cluster, as in tcp://host:8786 (default: "
           "ARXIVTAG_CLUSTER, or this machine)"),
    flags.add_flags,
)  # fmt: skip
def sweep(arguments: Namespace) -> None:
    """Train several models and compare them."""
    from arxivtag.runs import scoreboard, sweeps
    from arxivtag.runs.recorder import interrupt_asks_to_stop
    from arxivtag.runs.status import FAILED, LOST

    common = flags.settings_given(arguments)
    try:
        values = sweeps.parse_values(arguments.values)
        plan = sweeps.Plan(arguments.data, arguments.presets, arguments.seeds, values, common)
        plan.settings()
    except ConfigError as error:
        arguments.usage_error(str(error))
    if "random_seed" in common:
        arguments.usage_error("a sweep takes its random seeds by --seeds.")
    with config.on_cluster(arguments.cluster), interrupt_asks_to_stop() as interrupted:
        sweep_id = sweeps.start(plan, arguments.home)
        done = sweeps.wait(sweep_id, arguments.home, progress(), interrupted.is_set)
    board = scoreboard.scoreboard(done.run_ids, arguments.home)
    result = {"sweep_id": sweep_id, **scoreboard.board_as_dict(board)}
    print_result(arguments.json, result, scoreboard.board_text(board))
    if all(run.state in (FAILED, LOST) for run in done.runs):
        raise RunError(
            "Every run of the sweep failed.", f"The first: {done.runs[0].status.message}"
        )


@command(
    MODEL,
    DATA,
    COLUMNS,
    LABEL_SEPARATOR,
    option("--out", type=Path, metavar="FILE", help="write the whole evaluation as JSON"),
    JOBS,
    CLUSTER,
)
def evaluate(arguments: Namespace) -> None:
    """Evaluate a model on labelled papers it never saw."""
    from arxivtag import storage
    from arxivtag.learning.headline import headline_text
    from arxivtag.runs.evaluating import evaluate_model

    with _workers(arguments) as pool:
        result = evaluate_model(
            arguments.model, arguments.data, arguments.home, layout_of(arguments), progress(), pool
        )
    print_notes(result["notes"])
    if arguments.out:
        storage.write_json(arguments.out, result)
    print_result(arguments.json, result, headline_text(result))


@command(
    MODEL,
    option("input", metavar="INPUT", help="a file of papers, or - for one abstract"),
    COLUMNS,
    option("--out", type=flags.file_ending_in(".csv", ".jsonl", ".parquet"), metavar="FILE",
           help="write the table (.csv, .jsonl or .parquet)"),
    option("--top", type=COUNT, metavar="K", help="the K most probable labels, from 1"),
    option("--threshold", type=SHARE, metavar="T",
           help="one threshold, 0 to 1, in place of the model's own"),
    option("--notes", action="store_true", help="with --json: each paper as its labels and a note, "
           "such as why the model is not sure"),
    JOBS,
    CLUSTER,
)  # fmt: skip
def tag(arguments: Namespace) -> None:
    """Tag papers, or one abstract on standard input."""
    if arguments.input == "-" and arguments.out:
        arguments.usage_error("--out takes the table of a file of papers; for -, use --json.")
    if arguments.notes and (arguments.out or not arguments.json):
        arguments.usage_error("--notes belongs to --json without --out; tables have a column note.")
    if not arguments.out and (arguments.jobs or arguments.cluster):
        arguments.usage_error("--jobs and --cluster write a file: name it with --out.")
    if arguments.input == "-":
        _tag_one(arguments, _load_model(arguments))
    elif arguments.out:
        _tag_into_file(arguments)
    else:
        _tag_file(arguments, _load_model(arguments))


def _load_model(arguments: Namespace) -> Bundle:
    from arxivtag.runs.registry import resolve_model
    from arxivtag.tagging.loading import load_bundle

    return load_bundle(resolve_model(arguments.model, arguments.home, allow_path=True))


def _tag_one(arguments: Namespace, bundle: Bundle) -> None:
    from arxivtag.papers.text_checks import note_on
    from arxivtag.tagging import tables, tagger

    abstract = flags.standard_input()
    if note := note_on(abstract, len(abstract)):
        print_notes([f"Note: {note}."])
    (scores,) = tagger.tag(bundle, [abstract], top_k=arguments.top, threshold=arguments.threshold)
    if scores.remark:
        print_notes([scores.remark.sentence])
    lines = [
        f"{'*' if score.above_threshold else ' '} {score.probability:5.1%}  "
        f"{score.label:<18} {score.name}"
        for score in scores
    ]
    is_doubted = scores.remark is not None and scores.remark.is_doubt
    nothing = "Not sure." if is_doubted else "No label is likely enough."
    text = "\n".join(lines) or nothing
    print_result(arguments.json, tables.as_plain(scores, with_note=arguments.notes), text)


def _tag_file(arguments: Namespace, bundle: Bundle) -> None:
    from arxivtag.papers import sources
    from arxivtag.papers.schema import parse_layout
    from arxivtag.papers.text_checks import count_notes, notes_text
    from arxivtag.tagging import tables, tagger

    layout = parse_layout(arguments.columns)
    texts = sources.load_texts(arguments.input, layout=layout, home=arguments.home)
    print_notes(texts.notes)
    joined = tagger.frame_texts(bundle, texts.frame)
    predicted = tagger.tag(bundle, joined, arguments.top, arguments.threshold)
    separator = tables.label_separator(bundle.label_names)
    table = tables.with_predicted_labels(texts, predicted, separator)
    notes = count_notes(table.iloc[:, -1])
    if notes:
        print_notes([notes_text(notes)])
    if arguments.json:
        rows = [tables.as_plain(scores, with_note=arguments.notes) for scores in predicted]
        print_result(True, rows, "")
    else:
        print_out(tables.table_as_csv(table).removesuffix("\n"))


def _tag_into_file(arguments: Namespace) -> None:
    """Tag part by part: what was done stays where this is interrupted, and is not done again."""
    from arxivtag.papers.schema import parse_layout
    from arxivtag.papers.text_checks import notes_text
    from arxivtag.runs.registry import resolve_model
    from arxivtag.tagging import many, parts

    model = parts.model_at(resolve_model(arguments.model, arguments.home, allow_path=True))
    wanted = many.Wanted(model, parse_layout(arguments.columns), arguments.top, arguments.threshold)
    with many.writing_alone(arguments.out), _workers(arguments) as pool:
        done = many.tag_file(
            arguments.input, arguments.out, wanted, pool, arguments.home, progress()
        )
    print_notes([*done.read_notes, *([notes_text(done.notes)] if done.notes else [])])
    result = {
        "path": str(arguments.out),
        "n_papers": done.n_papers,
        "n_skipped": done.n_skipped,
        "notes": done.notes,
    }
    print_result(arguments.json, result, f"{done.n_papers:,} papers tagged: {arguments.out}")


@contextlib.contextmanager
def _workers(arguments: Namespace) -> Iterator[Pool]:
    """Give who works: threads of this process, processes, or the workers of a cluster."""
    from arxivtag.runs.jobs import engine
    from arxivtag.tagging import parts

    with config.on_cluster(arguments.cluster):
        on_cluster = engine() if arguments.cluster else None
        with on_cluster.pool() if on_cluster else parts.local_pool(arguments.jobs) as pool:
            yield pool


@command()
def runs(arguments: Namespace) -> None:
    """List all runs."""
    from arxivtag import storage
    from arxivtag.runs import registry

    folder = config.runs_folder(arguments.home)
    with storage.disk_errors("read", folder):  # an unreadable folder is not one without runs
        if folder.is_dir():
            os.listdir(folder)
    rows = [registry.summary_as_dict(run) for run in registry.list_runs(arguments.home)]
    lines = [
        f"{row['run_id']:<28} {row['state']:<9} {row['preset'] or '':<14} {row['data'] or ''}"
        for row in rows
    ]
    print_result(arguments.json, rows, "\n".join(lines) or "No runs yet: arxivtag train sample")


@command(
    MODEL,
    option("--out", type=flags.file_ending_in(".keras"), metavar="FILE.keras", required=True,
           help="file to write"),
)  # fmt: skip
def export(arguments: Namespace) -> None:
    """Write a model as one Keras file that reads text."""
    path = arguments.out
    with ctrl_c_ends():  # imports swallow it at times, and nothing is written yet
        from arxivtag.tagging.export import export_keras, load_keras

        bundle = _load_model(arguments)
        load_keras()
    export_keras(bundle, path)
    result = {"path": str(path), "size_mb": round(path.stat().st_size / 1e6, 3)}
    print_result(arguments.json, result, plain(result))


@command(
    option("--port", type=PORT, default=8501, help="port (default: %(default)s)"),
    option("--host", default="127.0.0.1", help="address (default: %(default)s)"),
    option("--base-path", type=flags.base_path, metavar="/PATH", help="path before every page, "
           "behind a proxy that keeps it (default: STREAMLIT_SERVER_BASE_URL_PATH, or none)",
           default=os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "")),
    option("--headless", action="store_true", help="open no browser"),
)  # fmt: skip
def app(arguments: Namespace) -> None:
    """Serve the web app and its API."""
    _check_port_is_free(arguments.host, arguments.port)
    has_login = login.is_wanted(arguments.home)
    # The server is bound by what an owner may who signs in; requests by what each may.
    with acting_as(Role.OWNER if has_login else role()):
        allowed, paths = policy(), data_paths()
    options: dict[str, object] = {
        "server.port": arguments.port,
        "server.address": arguments.host,
        "server.baseUrlPath": arguments.base_path,
        # The server refuses larger files before it keeps them in memory.
        "server.maxUploadSize": allowed.max_upload_mb,
        "secrets.files": [str(login.secrets_path(arguments.home))],
    }
    if allowed.is_visitor or has_login:
        # What a browser may send in one message, so that no visitor fills the memory.
        options["server.maxMessageSize"] = VISITORS_MESSAGE_MB
    if config.embedding_origins():
        # Browsers send no other cookie from a frame of another site, and uploads need it.
        options["server.xsrfCookieSameSite"] = "none"
    if arguments.headless:
        options["server.headless"] = True
    # Paths that were given from the person's folder hold for the pages and jobs too.
    os.environ["ARXIVTAG_HOME"] = str(arguments.home)
    if paths:
        os.environ["ARXIVTAG_DATA"] = os.pathsep.join(map(str, paths))
    # Streamlit reads .streamlit/config.toml from the working folder.
    os.chdir(config.PROJECT_FOLDER)
    from arxivtag.server import serve

    serve(arguments.home, options, arguments.base_path, has_login=has_login)


def _check_port_is_free(host: str, port: int) -> None:
    # As Streamlit does: the kind of address, and a port whose last server has just closed is free.
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError) as error:
            raise RefusedError(
                f"Port {port} on {host} cannot be used: {getattr(error, 'strerror', error)}.",
                "Choose another port with --port (make run PORT=...), or an address with --host.",
            ) from error
