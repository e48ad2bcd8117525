"""A visitor's name in a signed cookie, so that their runs stay theirs after a reload.

The name is drawn by chance and says nothing about anybody. It is signed with a secret of the home
folder (HMAC-SHA256), so that nobody can take the name of another, which run folders hold.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from pathlib import Path

from arxivtag import storage
from arxivtag.errors import StorageError

NAME = "arxivtag_visitor"
MAX_AGE_S = 180 * 24 * 3600
_VALUE = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{64})")


def new_value(home: Path) -> str:
    """Return the cookie of a new visitor.

    Raises:
        StorageError: If the secret can be neither read nor written.
    """
    name = secrets.token_hex(16)
    return f"{name}.{_signature(name, home)}"


def visitor_of(value: str, home: Path) -> str:
    """Return the visitor's name in a cookie; empty where it is not one of ours.

    Raises:
        StorageError: If the secret can be neither read nor written.
    """
    parts = _VALUE.fullmatch(value)
    if parts and hmac.compare_digest(parts[2], _signature(parts[1], home)):
        return parts[1]
    return ""


def _signature(name: str, home: Path) -> str:
    return hmac.new(_secret(home), name.encode(), hashlib.sha256).hexdigest()


def _secret(home: Path) -> bytes:
    """Return the secret of a home folder, made when it is first needed.

    Of two processes that make it at once one wins; cookies of the other are given anew.
    """
    path = storage.make_folder(home / "secrets", private=True) / "visitors"
    if not storage.is_file(path):
        storage.write_bytes(path, secrets.token_bytes(32))
    with storage.disk_errors("read", path):
        secret = path.read_bytes()
    if len(secret) < 32:
        raise StorageError(
            f"{path} should hold the 32 bytes that sign visitors' cookies.",
            "Delete it: a new one is made, and visitors are taken for new ones once.",
        )
    return secret
