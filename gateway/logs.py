"""How log lines look: one event name in the past tense plus fields, with the tracking id. Never payloads or secrets.

The message of an exception often quotes what it choked on: a line of a request with its key, the values of a statement, a
field of a document. So a log line tells the class of an exception and the way through the code, and its words only where they
are ours.
"""

from __future__ import annotations

import io
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO, cast

import structlog
from pydantic_core import to_json

from gateway import trace
from gateway.errors import GatewayError

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_FRAMES = 12


def set_up_logs(form: str, level: str) -> None:
    """Send log lines to standard error, as JSON or for people; those of the libraries too.

    Ours are written straight away: the way through the standard library's handlers costs three times as much a line.
    """
    for_people = form == "console"
    renderer = structlog.dev.ConsoleRenderer() if for_people else structlog.processors.JSONRenderer(_to_json)
    shared: list[structlog.typing.Processor] = [
        trace.stamp,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_failure,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Patient(sys.stderr))),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_LEVELS[level])
    # At debug level these tell whole headers and statements, with the keys and payloads in them.
    for noisy in ("aiohttp", "alembic.runtime.migration", "asyncio", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class _Patient(io.TextIOBase):
    """Standard error, which may be a file on a full disk: a line that can't be written must not stop what it tells of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or keep it as far as the stream does."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush as far as it goes."""
        with suppress(OSError):
            self._stream.flush()


def _to_json(event: Any, **_how: Any) -> str:
    return to_json(event, fallback=str).decode()


def tell_failure(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its class and its way through the code (a structlog processor)."""
    given = event.pop("exc_info", None)
    if isinstance(given, tuple):
        given = given[1]
    failure = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if failure is not None:
        event["exception"] = [_told(each) for each in _chain(failure)]
    return event


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        yield failure
        failure = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)


def _told(failure: BaseException) -> dict[str, Any]:
    kind = type(failure)
    told: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    if isinstance(failure, GatewayError):
        told["detail"] = failure.detail
    elif isinstance(failure, OSError) and failure.strerror:
        told["detail"] = failure.strerror
    frames = traceback.extract_tb(failure.__traceback__)[-_FRAMES:]
    told["at"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return told
