"""Refusals: each is an HTTP status with a message and a hint."""

from __future__ import annotations

import logging

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from arxivtag.api.shapes import Fault
from arxivtag.errors import ArxivTagError

_logger = logging.getLogger("arxivtag.api")


class ApiError(ArxivTagError):
    """A request that is refused, with the HTTP status to answer."""

    def __init__(self, status: int, message: str, hint: str, retry_after_s: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status
        self.retry_after_s = retry_after_s


def json_response(content: msgspec.Struct, status: int = 200) -> Response:
    """Return an answer of one of the types of :mod:`arxivtag.api.shapes`."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def fault_response(error: Exception) -> Response:
    """Return what a caller is told of an error; of one that nobody foresaw, nothing but that."""
    if isinstance(error, HTTPException):  # no such path, or a method that it does not take
        fault = Fault(f"{error.detail}.", "GET /api/v1/openapi.json says what there is.")
        response = json_response(fault, error.status_code)
        response.headers.update(error.headers or {})
        return response
    if isinstance(error, ApiError):
        response = json_response(Fault(error.message, error.hint), error.status)
        if error.retry_after_s:
            response.headers["Retry-After"] = str(error.retry_after_s)
        return response
    if isinstance(error, ArxivTagError):
        return json_response(Fault(error.message, error.hint), 500)
    _logger.error("The API failed", exc_info=error)
    fault = Fault("The server failed at this.", "Its log says why; try something else.")
    return json_response(fault, 500)
