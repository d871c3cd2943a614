"""An aiohttp application with our manners: every request gets a tracking id, every error becomes a problem."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiohttp import web

from gateway import trace
from gateway.errors import GatewayError
from gateway.web import problems
from gateway.web.problems import ProblemError
from gateway.web.routes import Route, add_routes

log = structlog.get_logger("gateway.web")

TRACKING = web.RequestKey("tracking_id", str)
BODY_LIMIT = web.AppKey("body_limit", int)

_HTTP_WORDS = {
    404: ("not-found", "There is nothing at this path. Look the paths up in /api/v1/openapi.json."),
    405: ("method-not-allowed", "This method is not for this path. Use one of: {allowed}."),
    413: ("too-large", "The body is over the bound. Split it into several, or ask for a higher bound."),
}

# Bodies stay as they came on the wire (see `gateway.web.bodies`); a connection on which nothing happens is closed.
_HANDLER = {
    "auto_decompress": False,
    "keepalive_timeout": 75.0,
    "lingering_time": 3.0,
    "max_line_size": 8190,
    "max_field_size": 8190,
    "max_headers": 100,
}
_ALWAYS = {
    "Cache-Control": "no-store",  # Business documents don't belong into the caches of anybody on the way.
    "X-Content-Type-Options": "nosniff",  # What a partner sent is never run as a page of ours.
    "Server": "partner-gateway",  # Versions of ours are of use to an attacker only.
}
_HANG_UP = (408, 413)  # Who was cut off in the middle of a body can't begin the next request on this connection.


def make_app(routes: Sequence[Route], new_id: Callable[[], str], *, body_limit: int) -> web.Application:
    """Make an application of a table of routes; ``body_limit`` in bytes holds for bodies that are read at once."""
    app = web.Application(client_max_size=body_limit, middlewares=[_manners(new_id)], handler_args=_HANDLER)
    app[BODY_LIMIT] = body_limit
    add_routes(app, routes)
    return app


def _manners(new_id: Callable[[], str]) -> Callable[..., Awaitable[web.StreamResponse]]:
    @web.middleware
    async def manners(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        tracking_id = trace.adopt(request.headers.get("traceparent"), new_id)
        request[TRACKING] = tracking_id
        began = time.perf_counter()
        with trace.tracking(tracking_id):
            response = await _answer(request, handler, tracking_id)
            response.headers["X-Correlation-Id"] = tracking_id
            response.headers.update(_ALWAYS)
            if response.status in _HANG_UP:
                response.force_close()
            log.info(
                "request_answered",
                method=request.method,
                path=request.rel_url.raw_path,
                status=response.status,
                seconds=round(time.perf_counter() - began, 4),
            )
            return response

    return manners


async def _answer(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], tracking_id: str
) -> web.StreamResponse:
    try:
        return await handler(request)
    except ProblemError as error:
        return problems.respond(error.status, error.code, error.title, error.detail, tracking_id, **error.more)
    except GatewayError as error:
        return problems.of_error(error, tracking_id)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code, words = _HTTP_WORDS.get(error.status, (f"http-{error.status}", error.reason + "."))
        allowed = error.headers.get("Allow", "")
        headers = {"Allow": allowed} if allowed else {}
        detail = words.format(allowed=allowed)
        return problems.respond(error.status, code, error.reason, detail, tracking_id, headers)
    except ConnectionError:
        raise  # Whoever asked has hung up: there is nobody to answer.
    except Exception:
        # The last resort of this door, as the worker is of its steps: a client sees a problem, never a stack trace.
        log.exception("request_failed", method=request.method, path=request.rel_url.raw_path)
        return problems.internal(tracking_id)
