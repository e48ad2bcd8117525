"""Checks the Containerfile without a container engine: what it says, and that its command serves.

    python -m tools.check_container PYTHON

PYTHON is an interpreter that has the wheel (``make release`` leaves one: build/release/bin/python).
The image's command is started with the image's environment and nothing else, as another user where
this one may, in a folder that nobody may write to; /data and /tmp are folders of its own. Where
Linux lets it, all of this happens without a network and with a read-only root. Then the health
check has to succeed, a paper has to be tagged, no file may have been written elsewhere, and SIGTERM
has to end it. Not checked: that an engine builds the image, and that the base image has what it
should.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shlex
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

CONTAINERFILE = Path(__file__).parent.parent / "Containerfile"
START_S, END_S = 60.0, 20.0
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1  # of Linux: sets a device's flags


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

    The ``folder`` is one of :func:`make_folders`.

    Raises:
        RuntimeError: If it does not become healthy, writes where it may not, or does not end.
    """
    image = read_image()
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
            tag_a_paper(f"http://127.0.0.1:{port}/api/v1/tag")
            server.send_signal(signal.SIGTERM)
            if server.wait(END_S) not in (0, -signal.SIGTERM):
                raise RuntimeError(f"It ended with {server.returncode}.")
        finally:
            server.kill()
    if any((folder / "root").iterdir()):
        raise RuntimeError("It wrote beside /data and /tmp.")
    return seconds


def make_folders(folder: Path, user: int) -> None:
    """Make the folders of :func:`check`."""
    for name in ("data", "tmp", "root"):
        (folder / name).mkdir()
        os.chown(folder / name, user, -1)
    (folder / "root").chmod(0o555)


def tag_a_paper(address: str) -> None:
    """Ask for the labels of a paper; a model that is not in the image would be missed here."""
    asked = json.dumps({"papers": [{"abstract": "We find objects in images."}], "top_k": 3})
    request = urllib.request.Request(address, asked.encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        (result,) = json.load(answer)["results"]
    if len(result["labels"]) != 3:
        raise RuntimeError(f"It tagged a paper with {result}.")


def shut_in(folder: Path) -> None:
    """Leave this process, in namespaces of its own, the loopback and two folders to write in."""
    with socket.socket() as any_socket:
        about_lo = struct.pack("16sh", b"lo", _IFF_UP)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, about_lo)
    for name in ("data", "tmp"):
        subprocess.run(["mount", "--bind", folder / name, folder / name], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", "/"], check=True)


def namespaces() -> list[str]:
    """Return what starts a command without a network and with mounts of its own; [] if nothing."""
    for words in (["unshare", "--net", "--mount"], ["unshare", "--net", "--mount", "-r"]):
        with contextlib.suppress(OSError):
            if not subprocess.run([*words, "true"], capture_output=True).returncode:
                return words
    return []


def main() -> None:
    """Check, and say how long it took to become healthy."""
    if len(sys.argv) == 3:  # inside
        python, folder = map(Path, sys.argv[1:])
        shut_in(folder)
        print(f"{told(python, folder)}, without a network, with a read-only root.")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        python = Path(sys.argv[1]).absolute()
        make_folders(folder, _user(python))
        if words := namespaces():
            inside = [sys.executable, "-m", "tools.check_container", str(python), name]
            sys.exit(subprocess.run([*words, *inside]).returncode)
        print(f"{told(python, folder)}.")


def told(python: Path, folder: Path) -> str:
    """Check, and say in words how that went."""
    user = _user(python)
    return f"Healthy after {check(python, folder, 18_501, user):.1f} s as user {user}"


def _user(python: Path) -> int:
    """Return the image's user where one may become it and it may run ``python``, else one's own."""
    user = int(read_image().user)
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run([python, "-c", ""], user=user, check=True)
        return user
    return os.geteuid()


if __name__ == "__main__":
    main()
