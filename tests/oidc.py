"""A small OpenID Connect provider: it believes whoever says who they are.

Its page lists the people; the address that it is asked with names the client. Authorization code
flow with S256 and a nonce, identity tokens signed by RS256, sign-out at the provider.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "arxivtag-tests", "secret-of-the-tests"
Claims = Mapping[str, object]


class Provider(ThreadingHTTPServer):
    """The provider; ``people`` are the claims of each by the name on the page."""

    def __init__(self, people: Mapping[str, Claims]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.people = people
        self.issuer = f"http://localhost:{self.server_port}"
        self.key = RSAKey.generate_key(2048, {"kid": "tests", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, tuple[str, dict[str, str]]] = {}

    @property
    def secrets_toml(self) -> str:
        """What ``secrets.toml`` says of it, less the address to come back to."""
        return (
            f'cookie_secret = "{"c" * 40}"\nclient_id = "{CLIENT_ID}"\n'
            f'client_secret = "{CLIENT_SECRET}"\n'
            f'server_metadata_url = "{self.issuer}/.well-known/openid-configuration"\n'
        )

    def token(self, code: str, verifier: str) -> dict[str, object]:
        """Return what a code is worth, once."""
        name, asked = self.codes.pop(code)
        digest = hashlib.sha256(verifier.encode()).digest()
        assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        now = int(time.time())
        about = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 600}
        claims = {**about, "nonce": asked["nonce"], "sub": name, **self.people[name]}
        signed = jwt.encode({"alg": "RS256", "kid": "tests"}, claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        """Describe the provider, ask who it is, send people back."""
        asked = urlsplit(self.path)
        given = {name: values[0] for name, values in parse_qs(asked.query).items()}
        issuer = self.server.issuer
        if asked.path == "/.well-known/openid-configuration":
            ends = {"authorization": "authorize", "token": "token", "end_session": "leave"}
            self._json(
                {
                    "issuer": issuer,
                    "jwks_uri": f"{issuer}/jwks",
                    "code_challenge_methods_supported": ["S256"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    **{f"{name}_endpoint": f"{issuer}/{path}" for name, path in ends.items()},
                }
            )
        elif asked.path == "/jwks":
            self._json({"keys": [self.server.key.as_dict(private=False)]})
        elif asked.path == "/authorize" and "as" not in given:
            links = (
                f'<p><a href="{self.path}&as={name}">{name}</a>' for name in self.server.people
            )
            self._answer(200, "text/html", f'<link rel=icon href="data:,">{"".join(links)}')
        elif asked.path == "/authorize":
            code = secrets.token_urlsafe()
            self.server.codes[code] = given["as"], given
            self._redirect(given["redirect_uri"], code=code, state=given["state"])
        elif asked.path == "/leave":
            self._redirect(given["post_logout_redirect_uri"])
        else:
            self._answer(404, "text/plain", "")

    def do_POST(self) -> None:
        """Give a token for a code."""
        given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._json(self.server.token(given["code"][0], given["code_verifier"][0]))

    def _json(self, content: object) -> None:
        self._answer(200, "application/json", json.dumps(content))

    def _redirect(self, address: str, **parameters: str) -> None:
        self._answer(302, "text/plain", "", f"{address}?{urlencode(parameters)}")

    def _answer(self, status: int, kind: str, content: str, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content.encode())))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def provider(people: Mapping[str, Claims]) -> Iterator[Provider]:
    """Run a provider for these people."""
    with Provider(people) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()
