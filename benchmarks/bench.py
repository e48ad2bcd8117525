"""The Keras example, our presets, a linear SVM, Omikuji and fastText side by side, in one run.

    python -m benchmarks.bench [DATA] [--papers N] [--epochs N] [--seeds N] [--full] [--json]

Without arguments: 1,200 papers of the bundled sample, 2 epochs (a minute or two). ``--full``:
all papers of DATA. Every contender runs in a process of its own, one after another, on the
same papers and split; peak memory is the process's largest resident size. ``--seeds`` repeats
preset ``tuned`` with more seeds for split and weights, each compared with the SVM.
The second table holds the contenders of ``benchmarks/peers.py``, on the same features; two of them
need ``pip install -e .[bench]``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from arxivtag import storage
from arxivtag.config import runs_folder

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
SHORT_PAPERS = 1_200
THE_EXAMPLES_CLEANING = ("--no-keep-unlike-titles", "--no-merge-areas")
PEERS = ("fit-tuned", "fit-svm", "fit-omikuji", "fit-fasttext")
FIGURES = ("micro_f1", "macro_f1", "lrap", "precision_at_1", "precision_at_3", "precision_at_5")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", nargs="?", default="sample")
    parser.add_argument("--papers", type=int, default=None, help="use the first N rows")
    parser.add_argument("--epochs", type=int, default=2, help="of the example and its preset")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--full", action="store_true", help="all rows of DATA")
    parser.add_argument("--only", help="start of the names of contenders, separated by commas")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    n_papers = None if arguments.full else (arguments.papers or SHORT_PAPERS)
    with tempfile.TemporaryDirectory() as folder:
        results = run_all(arguments, n_papers, Path(folder))
    if arguments.json:
        print(json.dumps(results))
    else:
        peers = {name: results[name] for name in results if name.startswith("fit-")}
        print(table({name: results[name] for name in results if name not in peers}))
        print()
        print(peers_table(peers))
        print()
        print(curves(results))


def run_all(arguments: Any, n_papers: int | None, folder: Path) -> dict[str, dict[str, Any]]:
    """Run every contender and return its result, by name."""
    data = arguments.data
    if n_papers is not None:
        data = slice_of(data, n_papers, folder)
    epochs = ["--epochs", str(arguments.epochs)]
    contenders: dict[str, Callable[[], dict[str, Any]]] = {
        "example": lambda: run_script("keras_example.py", data, *epochs),
        "keras-example": lambda: train(data, folder, "--preset", "keras-example", *epochs),
        "linear": lambda: train(data, folder, "--preset", "linear"),
    }
    for seed in range(42, 42 + arguments.seeds):
        flags = ["--random-seed", str(seed)]
        contenders[f"tuned, seed {seed}"] = partial(train, data, folder, *flags)
        for name in PEERS if seed == 42 else ("fit-tuned", "fit-svm"):
            peer = ["benchmarks.peers", data, name.removeprefix("fit-"), *flags]
            contenders[f"{name}, seed {seed}"] = partial(run, [sys.executable, "-m", *peer])
    wanted = tuple(arguments.only.split(",")) if arguments.only else ("",)
    return {name: run() for name, run in contenders.items() if name.startswith(wanted)}


def slice_of(data: str, n_papers: int, folder: Path) -> str:
    """Write the first rows of ``data`` to a file and return its path."""
    from benchmarks.papers import read_papers

    papers = read_papers(data).head(n_papers)
    path = folder / "slice.jsonl"
    papers[["title", "abstract", "labels"]].to_json(path, orient="records", lines=True)
    return str(path)


def run_script(name: str, *arguments: str) -> dict[str, Any]:
    """Run a benchmark script in a process of its own."""
    return run([sys.executable, str(PROJECT_FOLDER / "benchmarks" / name), *arguments])


def train(data: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """Run ``arxivtag train``, as a person would, without the baseline it compares with.

    The home is a new one, so that nothing is prepared before, and the cleaning is the example's,
    so that all learn from the same papers and labels.
    """
    home = Path(tempfile.mkdtemp(dir=folder))
    command = [sys.executable, "-m", "arxivtag", "train", data, "--json", "--home", str(home)]
    result = run([*command, "--no-linear-baseline", *THE_EXAMPLES_CLEANING, *arguments])
    records = storage.read_json_lines(runs_folder(home) / result["run_id"] / "history.jsonl")
    result["history"] = [record for record in records if record["kind"] == "epoch"]
    return result


def run(command: list[str]) -> dict[str, Any]:
    """Run a command; return the JSON it ends with, its wall-clock time and its peak memory."""
    print(" ".join(command[1:]), file=sys.stderr, flush=True)
    started = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.DEVNULL, cwd=PROJECT_FOLDER
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_seconds = time.perf_counter() - started
        if status:
            raise SystemExit(f"{' '.join(command)} ended with status {status}")
        output.seek(0)
        text = output.read().decode()
    # Libraries print what they like before it, braces too.
    result: dict[str, Any] = json.loads(text[f"\n{text}".rindex("\n{") :])
    result["wall_seconds"] = round(wall_seconds, 1)
    result["processor_seconds"] = round(usage.ru_utime + usage.ru_stime, 1)
    result["peak_memory_gb"] = round(usage.ru_maxrss / 1e6, 2)
    return result


def epoch_seconds(result: dict[str, Any]) -> list[float]:
    """Return the seconds of each epoch, whoever measured them."""
    seconds = result.get("epoch_seconds") or result.get("timings", {}).get("epochs", [])
    return [float(value) for value in seconds]


def table(results: dict[str, dict[str, Any]]) -> str:
    """Return the comparison as a Markdown table."""
    heads = ["", "vectorize s", "epoch s (median)", "times faster", "start to evaluated s",
             "processor s", "peak GB", *FIGURES]  # fmt: skip
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    example = epoch_seconds(results.get("example", {}))
    for name, result in results.items():
        seconds = result.get("seconds") or result.get("timings", {})
        epochs = epoch_seconds(result)
        median = statistics.median(epochs) if epochs else None
        ratio = statistics.median(example) / median if example and median else None
        evaluation = result["evaluation"]
        cells = [name, seconds.get("vectorize"), median, ratio, result["wall_seconds"],
                 result["processor_seconds"], result["peak_memory_gb"]]  # fmt: skip
        cells += [evaluation.get(figure) for figure in FIGURES]
        lines.append(" | ".join(_cell(cell) for cell in cells))
    return "\n".join(f"| {line} |" for line in lines)


def peers_table(results: dict[str, dict[str, Any]]) -> str:
    """Return what was fitted on the same features as a Markdown table."""
    figures = ("micro_f1", "macro_f1", "lrap")
    heads = ["", "fit s", "of the processor", "peak GB", "papers tagged a second", *figures]
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    for name, result in results.items():
        cells = [name, *result["seconds"].values(),
                 result["peak_memory_gb"], result["papers_a_second"]]  # fmt: skip
        cells += [result["evaluation"][figure] for figure in figures]
        lines.append(" | ".join(_cell(cell) for cell in cells))
    return "\n".join(f"| {line} |" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}" if value < 1 else f"{value:.1f}"
    return str(value)


def curves(results: dict[str, dict[str, Any]]) -> str:
    """Return the loss curves of the example and of preset ``keras-example``, side by side."""
    lines = ["| | epoch | loss | val_loss |", "| --- | --- | --- | --- |"]
    for name in ("example", "keras-example"):
        result = results.get(name, {})
        history = result.get("history")
        if isinstance(history, dict):
            rows = list(zip(history["loss"], history["val_loss"], strict=True))
        else:
            rows = [(record["loss"], record.get("val_loss", 0.0)) for record in history or []]
        lines += [
            f"| {name} | {number} | {loss:.4f} | {val_loss:.4f} |"
            for number, (loss, val_loss) in enumerate(rows, start=1)
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
