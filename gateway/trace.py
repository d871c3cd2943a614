"""One tracking id on every log line, record and request, from the partner's door to the ERP and back.

Knows no transport and draws no randomness: callers bring fresh ids. Header format: W3C Trace Context, level 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

_HEADER = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
_current: ContextVar[str] = ContextVar("tracking_id", default="")


@dataclass(frozen=True, slots=True)
class TraceParent:
    """The ``traceparent`` header: 32 hex digits of trace id, 16 of the caller's span."""

    trace_id: str
    span_id: str

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-01"


def read_traceparent(header: str | None) -> TraceParent | None:
    """Read a ``traceparent`` header; an absent or malformed one is None, as the specification asks."""
    match = _HEADER.match((header or "").strip().lower())
    if match is None or set(match[1]) == {"0"} or set(match[2]) == {"0"}:
        return None
    return TraceParent(match[1], match[2])


def adopt(header: str | None, new_id: Callable[[], str]) -> str:
    """Return the tracking id (32 hex digits) of an incoming request: the caller's trace id, or a new one."""
    parent = read_traceparent(header)
    return parent.trace_id if parent else new_id()


def traceparent(tracking_id: str, span_id: str) -> str:
    """Write the header to pass on: ``tracking_id`` 32 hex digits, ``span_id`` 16."""
    return str(TraceParent(tracking_id, span_id))


@contextmanager
def tracking(tracking_id: str) -> Iterator[None]:
    """Bind ``tracking_id`` to every log line within."""
    token = _current.set(tracking_id)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> str:
    """Return the tracking id bound here, or an empty string."""
    return _current.get()


def stamp(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the tracking id to a log event (a structlog processor)."""
    bound = _current.get()
    if bound:
        event.setdefault("tracking_id", bound)
    return event
