"""Who signs in: what a provider says of them, and the file that names the provider."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from arxivtag import login
from arxivtag.errors import ConfigError
from arxivtag.policy import Role

AUTH = """[auth]
redirect_uri = "https://tag.example.org/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
"""
PROVIDER = """client_id = "a"
client_secret = "b"
server_metadata_url = "https://login.example.org/.well-known/openid-configuration"
"""
IN = {"is_logged_in": True, "iss": "https://login.example.org", "sub": "7"}


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({}, Role.NOBODY),
        ({"email": "olga@example.org", "email_verified": True}, Role.NOBODY),
        ({**IN, "is_logged_in": "yes", "email": "olga@example.org"}, Role.NOBODY),
        (IN, Role.VISITOR),
        ({**IN, "email": "olga@example.org"}, Role.VISITOR),
        ({**IN, "email": "olga@example.org", "email_verified": False}, Role.VISITOR),
        ({**IN, "email": "olga@example.org", "email_verified": "false"}, Role.VISITOR),
        ({**IN, "email": "olga@example.org.evil.example", "email_verified": True}, Role.VISITOR),
        ({**IN, "email": "", "email_verified": True}, Role.VISITOR),
        ({**IN, "email": ["olga@example.org"], "email_verified": True}, Role.VISITOR),
        ({**IN, "email": "olga@example.org", "email_verified": True}, Role.OWNER),
        ({**IN, "email": "OLGA@example.org", "email_verified": "true"}, Role.OWNER),
    ],
)
def test_an_owner_has_a_verified_address_of_the_list(
    claims: dict[str, object], role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARXIVTAG_OWNERS", "other@example.org  Olga@example.org")
    assert login.role_of(claims) is role


def test_without_a_list_there_is_no_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARXIVTAG_OWNERS", raising=False)
    assert login.role_of({**IN, "email": "", "email_verified": True}) is Role.VISITOR


def test_a_person_has_one_name_and_no_other_has_it() -> None:
    names = {
        login.person_of(claims)
        for claims in (IN, {**IN, "email": "x"}, {**IN, "sub": "8"}, {**IN, "iss": "y"})
    }
    assert len(names) == 3
    assert all(len(name) == 16 for name in names)


def test_nobody_signs_in_where_nothing_says_so(tmp_path: Path) -> None:
    assert not login.is_wanted(tmp_path)


@pytest.mark.parametrize(
    ("text", "providers"),
    [
        (AUTH + PROVIDER, (login.ONLY_ONE,)),
        (AUTH + PROVIDER + '[auth.client_kwargs]\nprompt = "login"', (login.ONLY_ONE,)),
        (f"{AUTH}[auth.one]\n{PROVIDER}[auth.two]\n{PROVIDER}", ("one", "two")),
    ],
)
def test_providers_are_one_or_several(
    text: str, providers: tuple[str, ...], tmp_path: Path
) -> None:
    import tomllib

    (tmp_path / "secrets.toml").write_text(text)
    assert login.is_wanted(tmp_path)
    assert login.providers_in(tomllib.loads(text)["auth"]) == providers


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[auth", "cannot be read"),
        ("", r"no part \[auth\]"),
        ('auth = "yes"', r"no part \[auth\]"),
        (PROVIDER, r"no part \[auth\]"),
        (AUTH, "lacks a provider"),
        ("[auth]\n" + PROVIDER, "lacks redirect_uri, cookie_secret"),
        (AUTH + 'client_id = "a"', "lacks client_secret, server_metadata_url"),
        (f'{AUTH}[auth.one]\nclient_id = "a"', "lacks client_secret, server_metadata_url"),
        (AUTH.replace("89abcdef", "") + PROVIDER, "shorter than 32"),
        (AUTH.replace("/oauth2callback", "/") + PROVIDER, "end in /oauth2callback"),
    ],
)
def test_a_file_that_is_not_right_lets_nobody_in_by_mistake(
    text: str, what: str, tmp_path: Path
) -> None:
    (tmp_path / "secrets.toml").write_text(text)
    with pytest.raises(ConfigError, match=what):
        login.is_wanted(tmp_path)


def test_what_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secrets.toml").write_text(AUTH + PROVIDER)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="not installed") as caught:
        login.is_wanted(tmp_path)
    assert "arxivtag[login]" in caught.value.hint
