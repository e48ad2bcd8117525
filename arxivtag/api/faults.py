"""Refusals: each is an HTTP status with a message and a hint."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from arxivtag.api.shapes import Fault
from arxivtag.errors import ArxivTagError


class ApiError(ArxivTagError):
    """A request that is refused, with the HTTP status to answer."""

    def __init__(self, status: int, message: str, hint: str, retry_after_s: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status
        self.headers = {"Retry-After": str(retry_after_s)} if retry_after_s else None


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
