"""Checks the Containerfile without a container engine: what it says, and that its command serves.

    python -m tools.check_container PYTHON

PYTHON is an interpreter that has the wheel (``make release`` leaves one: build/release/bin/python).
The image's command is started with the image's environment and nothing else, as another user where
this one may, in a folder that nobody may write to; /data and /tmp are folders of its own. Then the
health check has to succeed, no file may have been written elsewhere, and SIGTERM has to end it.
Not checked: that the engine builds the image, and that the base image has what it should.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

CONTAINERFILE = Path(__file__).parent.parent / "Containerfile"
START_S, END_S = 60.0, 20.0


@dataclass(frozen=True)
class Image:
    """What the last stage of a Containerfile says."""

    environment: dict[str, str]
    user: str
    command: list[str]
    health_check: list[str]
    run: tuple[str, ...]


def read_image(path: Path = CONTAINERFILE) -> Image:
    """Return what the last stage says; a word that it lacks is a KeyError."""
    text = re.sub(r"\\\n\s*", " ", path.read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    last = max(number for number, line in enumerate(lines) if line.startswith("FROM "))
    said: dict[str, list[str]] = {}
    for line in lines[last + 1 :]:
        word, _, rest = line.partition(" ")
        said.setdefault(word, []).append(rest)
    pairs = (pair.split("=", 1) for rest in said["ENV"] for pair in shlex.split(rest))
    return Image(
        environment=dict(pairs),
        user=said["USER"][-1],
        command=json.loads(said["CMD"][-1]),
        health_check=json.loads(said["HEALTHCHECK"][-1].partition(" CMD ")[2]),
        run=tuple(said["RUN"]),
    )


def check(python: Path, folder: Path, port: int, user: int) -> float:
    """Start the image's command as ``user`` and end it; return the seconds until it was healthy.

    Raises:
        RuntimeError: If it does not become healthy, writes where it may not, or does not end.
    """
    image = read_image()
    for name in ("data", "tmp", "root"):
        (folder / name).mkdir()
        os.chown(folder / name, user, -1)
    (folder / "root").chmod(0o555)
    environment = {
        **image.environment,
        "PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin",
        "ARXIVTAG_HOME": str(folder / "data"),
        "HOME": str(folder / "tmp"),
        "TMPDIR": str(folder / "tmp"),
    }
    command = [str(port) if word == "8501" else word for word in image.command]
    health = [word.replace(":8501", f":{port}") for word in image.health_check]
    started = time.monotonic()
    with subprocess.Popen(
        [str(python.with_name(command[0])), *command[1:]],
        cwd=folder / "root", env=environment, user=user, stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        try:
            while subprocess.run(health, env=environment, capture_output=True).returncode:
                if server.poll() is not None or time.monotonic() - started > START_S:
                    raise RuntimeError(f"It did not become healthy: {server.communicate()[1]}")
                time.sleep(0.2)
            seconds = time.monotonic() - started
            server.send_signal(signal.SIGTERM)
            server.wait(END_S)
        finally:
            server.kill()
    if any((folder / "root").iterdir()):
        raise RuntimeError("It wrote beside /data and /tmp.")
    return seconds


def main() -> None:
    """Check, and say how long it took to become healthy."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        user = int(read_image().user) if os.geteuid() == 0 else os.geteuid()
        seconds = check(Path(sys.argv[1]).absolute(), Path(folder), 18_501, user)
    print(f"Healthy after {seconds:.1f} s as user {user}.")


if __name__ == "__main__":
    main()
