"""The routes of ``/api``: read a request within bounds and rates, call the library, answer."""

from __future__ import annotations

import ipaddress
import math
import os
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

import anyio
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from arxivtag import __version__, config
from arxivtag.api import shapes, tagging
from arxivtag.api.shapes import ApiError, Fault, Health, Models, TagAnswer, TagRequest, document
from arxivtag.errors import ArxivTagError, counted
from arxivtag.policy import Role, policy, role

PAGE = config.ASSETS_FOLDER / "api.html"
EXPLAINING_COSTS = 10  # papers
MAX_ADDRESSES = 10_000  # whose rates are kept


class Api:
    """The endpoints, and what they share: the folder of runs, the rate, how many work at once."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.rate = Rate(config.visitor_limits().max_api_papers_per_minute)
        self.at_once = anyio.CapacityLimiter(os.cpu_count() or 1)

    async def health(self, request: Request) -> Response:
        """Say that the server answers."""
        return json_response(Health("ok", __version__))

    async def models(self, request: Request) -> Response:
        """List the models."""
        self.charge(request, 1)
        found = await anyio.to_thread.run_sync(tagging.models, self.home, limiter=self.at_once)
        return json_response(Models(found))

    async def tag(self, request: Request) -> Response:
        """Tag papers."""
        self.charge(request, 1)  # before it is read; the rest when it is known
        asked = decoded(await body_of(request))
        self.charge(request, len(asked.papers) * (EXPLAINING_COSTS if asked.explain else 1) - 1)
        answer = await anyio.to_thread.run_sync(self.tagged, asked, limiter=self.at_once)
        return Response(answer, media_type="application/json")

    def tagged(self, asked: TagRequest) -> bytes:
        """Return the answer to a request, encoded: all that takes time, for one thread."""
        results = tagging.tag_papers(asked, tagging.bundle_of(asked.model, self.home))
        return msgspec.json.encode(TagAnswer(asked.model, results))

    async def openapi(self, request: Request) -> Response:
        """Describe the API."""
        return Response(msgspec.json.encode(document()), media_type="application/json")

    async def page(self, request: Request) -> Response:
        """Show a page to read about the API and try it."""
        return FileResponse(PAGE, headers={"Cache-Control": "no-cache"})

    def charge(self, request: Request, papers: int) -> None:
        """Count a request against the rate of its address, where there is one.

        Raises:
            ApiError: With status 401, for somebody who would have to sign in first; 429, for one
                who has asked for too much.
        """
        if role() is Role.NOBODY:
            raise ApiError(401, "You are not signed in.", "Open the app and sign in.")
        if policy().max_api_papers_per_minute is not None:
            self.rate.take(request.client.host if request.client else "", papers)


def api_routes(home: Path, base_path: str = "") -> list[BaseRoute]:
    """Return the routes of the API, for a server that puts ``base_path`` before every path."""
    api, root = Api(home), f"{base_path}/api"
    routes = [
        Route("/", lambda request: RedirectResponse("../api")),
        Route("/v1/health", api.health),
        Route("/v1/models", api.models),
        Route("/v1/tag", api.tag, methods=["POST"]),
        Route("/v1/openapi.json", api.openapi),
    ]
    faults = dict.fromkeys((HTTPException, ArxivTagError, Exception), fault_response)
    return [
        Route(root, api.page),
        Mount(root, app=Starlette(routes=routes, exception_handlers=faults, middleware=_sharing())),
    ]


def _sharing() -> list[Middleware]:
    """Return what lets pages of other sites ask (CORS), where some may; without their cookies."""
    patterns = [re.escape(one).replace(r"\*", "[^/]+") for one in config.api_origins()]
    if not patterns:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origin_regex="|".join(patterns),
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type"],
        )
    ]


def json_response(
    content: msgspec.Struct, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer of one of the types of :mod:`arxivtag.api.shapes`."""
    return Response(msgspec.json.encode(content), status, headers, "application/json")


async def fault_response(request: Request, error: Exception) -> Response:
    """Return what a caller is told of an error; of one that nobody foresaw, only that it was."""
    if isinstance(error, HTTPException):  # no such path, or a method that it does not take
        fault = Fault(f"{error.detail}.", "GET /api/v1/openapi.json says what there is.")
        return json_response(fault, error.status_code, error.headers)
    if isinstance(error, ApiError):
        return json_response(Fault(error.message, error.hint), error.status, error.headers)
    if isinstance(error, ArxivTagError):
        return json_response(Fault(error.message, error.hint), 500)
    return json_response(Fault("The server failed at this.", "Its log says why."), 500)


async def body_of(request: Request) -> bytes:
    """Return the body of a request.

    Raises:
        ApiError: With status 413, as soon as it is known to be too large.
    """
    too_large = ApiError(
        413,
        f"A request may have {shapes.MAX_REQUEST_BYTES / 1e6:.0f} MB at most.",
        "Send the papers in several requests.",
    )
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > shapes.MAX_REQUEST_BYTES:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > shapes.MAX_REQUEST_BYTES:
            raise too_large
    return bytes(body)


def decoded(body: bytes) -> TagRequest:
    """Return a request.

    Raises:
        ApiError: With status 400 if it is no JSON, 422 if it is not one of ours.
    """
    try:
        return msgspec.json.decode(body, type=TagRequest)
    except msgspec.ValidationError as error:
        raise ApiError(
            422, f"The request does not fit: {error}.", "GET /api/v1/openapi.json says what does."
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError(
            400, "The body of the request is not JSON.", "Send a JSON object, encoded as UTF-8."
        ) from error


class Rate:
    """A bucket for each address, which fills at an even rate and holds one minute's worth.

    A request may take more than is left once the bucket holds anything, and the debt is waited
    for: so a large request is never refused for ever. An address of IPv6 counts by its first 64
    bits, which one household or host has to itself. Not for use from several threads.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self.clock = clock
        self.buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, amount: float) -> None:
        """Take ``amount`` from the bucket of ``address``.

        Raises:
            ApiError: With status 429, if it is empty.
        """
        key, now = network_of(address), self.clock()
        left, at = self.buckets.pop(key, (float(self.per_minute), now))
        left = min(self.per_minute, left + (now - at) * self.per_minute / 60)
        allowed = left > 0
        self.buckets[key] = (left - amount if allowed else left, now)
        while len(self.buckets) > MAX_ADDRESSES:
            self.buckets.popitem(last=False)
        if not allowed:
            wait_s = math.floor(-left * 60 / self.per_minute) + 1
            raise ApiError(
                429,
                f"Your address may tag {counted(self.per_minute, 'paper')} a minute, and has.",
                f"Try again in {counted(wait_s, 'second')}.",
                wait_s,
            )


def network_of(address: str) -> str:
    """Return what an address counts as; one that cannot be read counts as it stands."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
