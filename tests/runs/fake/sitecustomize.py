"""Puts a quick pipeline in place of the real one in worker processes started by tests.

Python imports a module of this name at start where its folder is on ``PYTHONPATH``. What
the pipeline does is said by the run's random seed, so that a test needs no other channel.
"""

import os
import sys
import types

CRASH, EXIT, MEMORY, FULL_DISK, HARD_CRASH = 1, 2, 3, 4, 5
SECONDS_PER_EPOCH = float(os.environ.get("FAKE_SECONDS_PER_EPOCH", "0.15"))


def prepare_ahead(config, home):
    """Pretend to prepare an expected run; a seed of CRASH fails."""
    with open(os.environ["FAKE_JOURNAL"], "a") as file:
        file.write(f"prepare {config.training.epochs}\n")
    if config.random_seed == CRASH:
        raise ValueError("a made-up fault")


def write_frame(folder, epoch):
    """Add a frame of the label space in which 30 papers are on their way to their labels."""
    import struct

    way = min(1.0, epoch / 8)
    levels = [round(255 * p**0.5) for p in (0.5 + 0.5 * way, 0.5 - 0.5 * way)]
    row = [levels[label != paper % 3] for paper in range(30) for label in range(3)]
    with folder.frames.open("ab") as file:
        file.write(struct.pack("<f", epoch) + bytes(row))


def hold(folder, epoch, should_stop):
    """Go no further than the epoch that the file ``hold`` in the home folder names, if any."""
    import contextlib
    import time

    with contextlib.suppress(FileNotFoundError):
        while int((folder.home / "hold").read_text()) <= epoch and not should_stop():
            time.sleep(0.02)


def execute(config, recorder, should_stop):
    """Pretend to train: one epoch takes 0.15 s, and can be stopped, resumed, held and killed."""
    import json
    import time

    from arxivtag import storage

    journal = os.environ.get("FAKE_JOURNAL")
    run_id = recorder.folder.run_id

    def write(event):
        if journal:
            with open(journal, "a") as file:
                file.write(f"{event} {run_id} {time.monotonic()}\n")

    write("begin")
    if journal:
        with open(f"{journal}.visitors", "a") as file:
            file.write(f"{run_id} {os.environ.get('ARXIVTAG_VISITORS')}\n")
    recorder.stage("load")
    seed = config.random_seed
    if seed == CRASH:
        raise ValueError("a made-up fault")
    if seed == EXIT:
        os._exit(7)
    if seed == HARD_CRASH:
        os.abort()
    if seed == MEMORY:
        raise MemoryError
    if seed == FULL_DISK:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        while True:
            recorder.record({"kind": "tick", "epoch": 0.1, "padding": "x" * 500})
    n_epochs = config.training.epochs or 12
    recorder.record({"kind": "start", "n_epochs": n_epochs, "binary_accuracy_all_zeros": 0.9})
    recorder.stage("train", n_epochs, "epochs")
    checkpoint = recorder.folder.checkpoint
    first = json.loads(checkpoint.read_text()) if checkpoint.exists() else 0
    if recorder.status.attempt > 1:
        recorder.record({"kind": "resume", "epoch": first})
    if not first:
        about = {"label_names": ["cs.CV", "cs.LG", "stat.ML"], "titles": ["a paper"] * 30}
        about["paper_labels"] = [[paper % 3] for paper in range(30)]
        storage.write_json(recorder.folder.space, about)
        write_frame(recorder.folder, 0)
    state = "finished"
    for epoch in range(first + 1, n_epochs + 1):
        figures = {"loss": 1 / epoch, "binary_accuracy": 1 - 0.5 / epoch}
        tick = {"kind": "tick", "epoch": epoch - 0.5, "papers_per_second": 1000} | figures
        tick["points"] = [[epoch - 1 + n / 8, *figures.values()] for n in range(1, 5)]
        recorder.record(tick)
        time.sleep(SECONDS_PER_EPOCH)
        validation = {"val_" + name: value for name, value in figures.items()}
        validation |= {"val_micro_f1": 1 - 0.6 / epoch, "val_precision_at_1": 1 - 0.4 / epoch}
        recorder.record({"kind": "epoch", "epoch": epoch} | figures | validation)
        write_frame(recorder.folder, epoch)
        recorder.progress(epoch, n_epochs, "epochs")
        storage.write_json(checkpoint, epoch)  # whole, as the real one: a kill may come here
        hold(recorder.folder, epoch, should_stop)
        if should_stop():
            state = "stopped"
            break
    result = {"run_id": run_id, "status": state, "evaluation": {"micro_f1": 0.5}, "timings": {}}
    storage.write_json(recorder.folder.result, result)
    checkpoint.unlink(missing_ok=True)
    write("end")
    recorder.end(state)
    return result


_module = types.ModuleType("arxivtag.runs.pipeline")
_module.execute, _module.prepare_ahead = execute, prepare_ahead
if __name__ == "sitecustomize":  # a test that only wants the names above keeps the real pipeline
    sys.modules["arxivtag.runs.pipeline"] = _module

if os.environ.get("FAKE_VERSION"):
    import arxivtag

    arxivtag.__version__ = os.environ["FAKE_VERSION"]
