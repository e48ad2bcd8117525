"""People sign in with a provider: who has not, who is a visitor, and who is an owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from arxivtag.config import PRETRAINED_PATH
from tests.browser.conftest import (
    Server,
    eventually,
    free_port,
    start_server,
    stop_jobs,
    wait_until_idle,
)
from tests.oidc import provider
from tests.runs.conftest import wait_for

pytestmark = pytest.mark.browser

BASE = "/tagger"
PEOPLE = {
    "olga": {"email": "Olga@example.org", "email_verified": True},
    "vera": {"email": "vera@example.org", "email_verified": True},
}
ABSTRACT = {"papers": [{"abstract": "We train a network that finds objects in images."}]}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app below a path, where people have to sign in; Olga is its owner."""
    folder = tmp_path_factory.mktemp("login")
    home, port = folder / "home", free_port()
    home.mkdir()
    (folder / "a file of this machine.csv").write_text("titles,summaries,terms\n")
    with provider(PEOPLE) as running:
        redirect_uri = f"http://localhost:{port}{BASE}/oauth2callback"
        (home / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "{redirect_uri}"\n{running.secrets_toml}'
        )
        environment = {
            "ARXIVTAG_OWNERS": "someone@example.org olga@example.org",
            "ARXIVTAG_DATA": str(folder / "a file of this machine.csv"),
            "ARXIVTAG_VISITOR_MAX_API_PAPERS_PER_MINUTE": "1",
            "ARXIVTAG_VISITOR_MAX_UPLOAD_MB": "1",
        }
        server = start_server(home, folder, environment, BASE, port=port)
        server.url = f"http://localhost:{port}{BASE}"
        yield server
        server.stop()
        stop_jobs(home)


def sign_in(page: Page, name: str) -> None:
    """Go in as somebody, from the page that asks for it."""
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    wait_until_idle(page)


def tag(page: Page, app: Server) -> int:
    """Ask the API as the page's own script would; return the status."""
    answer = page.context.request.post(f"{app.url}/api/v1/tag", data=ABSTRACT)
    return answer.status


def test_who_has_not_signed_in_sees_only_the_way_in(
    app: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{app.url}/Explore?data=sample")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    # Nobody has asked for the model yet, and it is there.
    maps = Path(f"/proc/{app.process.pid}/maps")
    if maps.exists():
        wait_for(lambda: str(PRETRAINED_PATH) in maps.read_text())
    expect(page.get_by_test_id("stMain").get_by_role("button")).to_have_count(1)
    expect(page.get_by_test_id("stPageLink")).to_have_count(0)
    with httpx.Client(base_url=app.url, timeout=60) as nobody:
        answer = nobody.post("/api/v1/tag", json=ABSTRACT)
        assert answer.status_code == 401
        assert set(answer.json()) == {"error", "hint"}
        assert nobody.get("/api/v1/models").status_code == 401
        assert nobody.get("/api/v1/health").status_code == 200
        assert nobody.get("/media/x").status_code == 401
        token = nobody.get("/_stcore/health").cookies["_streamlit_xsrf"]
        file, headers = {"file": ("x.csv", b"x")}, {"X-Xsrftoken": token}
        address = "/_stcore/upload_file/session/file"
        assert nobody.put(address, files=file, headers=headers).status_code == 401
        assert nobody.get("/_stcore/metrics").status_code == 404
    # A cookie that this server did not sign.
    forged = {"_streamlit_user": '{"is_logged_in": true, "email": "olga@example.org"}'}
    with httpx.Client(base_url=app.url, cookies=forged, timeout=60) as nobody:
        assert nobody.get("/api/v1/models").status_code == 401


def test_who_signs_in_is_a_visitor(app: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(app.url)
    sign_in(page, "vera")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("vera@example.org, visitor")
    open_data_sets(page)
    expect(page.get_by_role("option", name="a file of this machine")).to_have_count(0)
    page.keyboard.press("Escape")
    assert page.context.request.get(f"{app.url}/_stcore/metrics").status == 404
    assert tag(page, app) == 200
    assert tag(page, app) == 429  # a visitor's one paper a minute
    too_large = page.context.request.put(
        f"{app.url}/_stcore/upload_file/session/file", data=b"x" * 2_100_000
    )
    assert too_large.status == 413


def test_an_owner_is_bound_by_the_machine_alone_until_signing_out(
    app: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(f"{app.url}/Train")
    sign_in(page, "olga")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Olga@example.org, owner")
    open_data_sets(page)
    expect(page.get_by_role("option", name="a file of this machine")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.context.request.get(f"{app.url}/_stcore/metrics").status == 200
    assert [tag(page, app) for _ in range(3)] == [200] * 3
    # Another tab of the same browser is hers too, and its address holds.
    other = page.context.new_page()
    other.goto(f"{app.url}/Predict?model=pretrained")
    expect(other.get_by_role("heading", name="Predict", exact=True)).to_be_visible()
    other.close()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    # The page says so before the browser has been to the address that takes the cookie away.
    def is_signed_out() -> None:
        assert tag(page, app) == 401

    eventually(page, is_signed_out)


def open_data_sets(page: Page) -> None:
    page.get_by_test_id("stSidebar").get_by_role("combobox", name="Data set in use").click()
    expect(page.get_by_role("option").first).to_be_visible()
