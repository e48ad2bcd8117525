"""Who somebody is who signed in: the claims of an OpenID Connect provider, read for a role.

``secrets.toml`` in the home folder says which provider is asked, as Streamlit's ``st.login`` reads
it. Where there is none, nobody signs in.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from arxivtag.errors import ConfigError
from arxivtag.policy import Role

ONLY_ONE = "default"  # what Streamlit calls a provider that stands in [auth] itself
_SHARED = ("redirect_uri", "cookie_secret")
_OF_A_PROVIDER = ("client_id", "client_secret", "server_metadata_url")
_MIN_SECRET_CHARS = 32
_SEE = "docs/deploy.md shows what it should hold."


def secrets_path(home: Path) -> Path:
    """Return the file that says how people sign in."""
    return home / "secrets.toml"


def is_wanted(home: Path) -> bool:
    """Return whether people have to sign in.

    Raises:
        ConfigError: If the file that says so cannot be used; nobody is let in by mistake.
    """
    path = secrets_path(home)
    if not path.exists():
        return False
    try:
        auth = tomllib.loads(path.read_text("utf-8")).get("auth")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.", _SEE) from error
    if not isinstance(auth, dict):
        raise ConfigError(f"{path} has no part [auth].", _SEE)
    _check(auth, path)
    return True


def _check(auth: Mapping[str, object], path: Path) -> None:
    providers = providers_in(auth)
    missing = [key for key in _SHARED if not auth.get(key)]
    for name in providers:
        section = auth if name == ONLY_ONE else auth[name]
        missing += [key for key in _OF_A_PROVIDER if key not in section]  # type: ignore[operator]
    if missing or not providers:
        what = ", ".join(dict.fromkeys(missing)) or "a provider"
        raise ConfigError(f"[auth] in {path} lacks {what}.", _SEE)
    if len(str(auth["cookie_secret"])) < _MIN_SECRET_CHARS:
        raise ConfigError(
            f"cookie_secret in {path} is shorter than {_MIN_SECRET_CHARS} characters: it signs who "
            "somebody is.",
            'Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"',
        )
    if not str(auth["redirect_uri"]).endswith("/oauth2callback"):
        raise ConfigError(f"redirect_uri in {path} does not end in /oauth2callback.", _SEE)
    if importlib.util.find_spec("authlib") is None:
        raise ConfigError(
            f"{path} asks people to sign in, and what does that is not installed.",
            "pip install 'arxivtag[login]', or remove the file.",
        )


def providers_in(auth: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of the providers that a part ``[auth]`` of secrets holds."""
    parts = (name for name, value in auth.items() if isinstance(value, Mapping))
    named = tuple(name for name in parts if name != "client_kwargs")
    return named or ((ONLY_ONE,) if "client_id" in auth else ())


def role_of(claims: Mapping[str, object]) -> Role:
    """Return the role of somebody with these claims.

    An owner is who the provider says has one of the owners' e-mail addresses (``ARXIVTAG_OWNERS``,
    with spaces between), and that this was verified:
    anybody may give a provider an address that is not theirs. The claims are those of the signed
    identity, with Streamlit's own ``is_logged_in``.
    """
    if claims.get("is_logged_in") is not True:
        return Role.NOBODY
    # Some providers write the truth as a word.
    is_verified = claims.get("email_verified") in (True, "true")
    owners = os.environ.get("ARXIVTAG_OWNERS", "").lower().split()
    is_owner = is_verified and str(claims.get("email", "")).lower() in owners
    return Role.OWNER if is_owner else Role.VISITOR


def person_of(claims: Mapping[str, object]) -> str:
    """Return an opaque name (16 hex digits) of a person, the same in every session of theirs.

    A provider gives each account a ``sub`` that no other has.
    """
    account = f"{claims.get('iss', '')} {claims.get('sub', '')}"
    return hashlib.sha256(account.encode()).hexdigest()[:16]
