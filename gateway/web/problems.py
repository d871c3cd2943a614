"""Errors as RFC 9457 problem details: what went wrong, in words, with the next action. Never a stack trace."""

from __future__ import annotations

import json
from typing import Any

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from gateway.errors import Conflict, GatewayError, LedgerError, LifecycleError, NotAllowed, NotFound, Purged, TooLarge

log = structlog.get_logger("gateway.web")

_LATER = "The gateway can't read or write its ledger now; nothing of this request was accepted. Send it again in a few seconds."
_INTERNAL = "The gateway met an error of its own; nothing of this request was accepted. Report the instance below."

CONTENT_TYPE = "application/problem+json"

_STATUS: dict[type[GatewayError], int] = {
    NotAllowed: 401,
    NotFound: 404,
    Conflict: 409,
    LifecycleError: 409,
    Purged: 410,
    TooLarge: 413,
    LedgerError: 503,
}


class Problem(BaseModel):
    """An RFC 9457 problem."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Identifies the kind: urn:gateway:problem:CODE.")
    title: str
    status: int
    detail: str = Field(description="What is wrong here, and what to do.")
    instance: str | None = Field(None, description="The tracking id under which the logs know the request.")


class ProblemError(Exception):
    """Answers a request with a problem of its own."""

    def __init__(self, status: int, code: str, title: str, detail: str, **more: Any) -> None:
        self.status, self.code, self.title, self.detail, self.more = status, code, title, detail, more
        super().__init__(detail)


def respond(
    status: int,
    code: str,
    title: str,
    detail: str,
    tracking_id: str,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> web.Response:
    """Make a problem response."""
    body = {
        "type": f"urn:gateway:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": f"urn:gateway:tracking:{tracking_id}",
        **more,
    }
    return web.Response(status=status, body=json.dumps(body).encode(), content_type=CONTENT_TYPE, headers=headers or {})


def of_error(error: GatewayError, tracking_id: str, status: int | None = None) -> web.Response:
    """Answer with an error of the house. What went wrong inside is for the log; a client only learns what it can do."""
    found = status or next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    code, title = type(error).code, type(error).code.replace("-", " ")
    if found >= 500:
        log.error("request_not_served", status=found, code=code, reason=error.detail)
        if found != 503:
            return internal(tracking_id)
        return respond(found, code, title, _LATER, tracking_id, {"Retry-After": "5"})
    headers = {"WWW-Authenticate": 'Bearer realm="gateway"'} if found == 401 else {}
    more = {"faults": faults} if (faults := getattr(error, "faults", None)) else {}
    return respond(found, code, title, error.detail, tracking_id, headers, **more)


def internal(tracking_id: str) -> web.Response:
    """Answer for an error that should not have been: who asked gets the tracking id, the log has the rest."""
    return respond(500, "internal", "Internal error", _INTERNAL, tracking_id)
