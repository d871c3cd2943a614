"""Hands messages to an ERP by HTTP: POST with an Idempotency-Key that never changes.

2xx is delivered; 409 and 422 are the ERP's refusal and go to a person; whatever else is tried again. The ERP's own number is
taken from ``reference`` or ``id`` of a JSON answer. An ERP that asks for a rest (``Retry-After``, RFC 9110 10.2.3)
gets it: until it is over, nothing is sent to it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
import structlog
from aiolimiter import AsyncLimiter

from gateway import trace
from gateway.erp.xml import to_xml
from gateway.errors import ErpRejected, ErpRests, ErpUnavailable, TranslationError
from gateway.pipeline.ports import Delivered, Delivery

log = structlog.get_logger("gateway.erp")

_ANSWER_BYTES = 64 << 10
_LONGEST_REST = (
    300.0  # Seconds: an ERP that asks for more is asked again after that, lest a mistake of its stops us for days.
)
_ASKS_FOR_REST = (429, 503)


class HttpErp:
    """Fulfils `gateway.pipeline.ports.ErpConnector`."""

    def __init__(
        self,
        name: str,
        url: str,
        session: aiohttp.ClientSession,
        *,
        key: str | None,
        timeout_seconds: float,
        rate: float | None,
        at_once: int,
        as_xml: bool,
        new_span: Callable[[], str],
    ) -> None:
        self._name = name
        self._url = url
        self._session = session
        self._key = key
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._limiter = AsyncLimiter(max(1.0, rate), max(1.0, 1.0 / rate)) if rate is not None else None
        self._at_once = asyncio.Semaphore(at_once)
        self._as_xml = as_xml
        self._new_span = new_span
        self._rests_until = 0.0  # By the clock of the event loop.

    async def deliver(self, delivery: Delivery) -> Delivered:
        """Hand over; raise ErpUnavailable to be tried again, ErpRejected to be parked."""
        async with self._at_once:
            if self._limiter is not None:
                await self._limiter.acquire()
            left = self._rests_until - asyncio.get_running_loop().time()
            if left > 0:
                raise ErpRests(f"ERP {self._name} asked for a rest of {left:.0f} s more. It is tried again.", left)
            return await self._post(delivery)

    async def _post(self, delivery: Delivery) -> Delivered:
        body = self._body(delivery)
        try:
            async with self._session.post(
                self._url, data=body, headers=self._headers(delivery), timeout=self._timeout, allow_redirects=False
            ) as response:
                status = response.status
                answer = await _bounded(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ErpUnavailable(
                f"ERP {self._name} did not answer: {type(error).__name__}. It is tried again."
            ) from None
        log.info("erp_answered", erp=self._name, key=delivery.key, attempt=delivery.attempt, status=status)
        if 200 <= status < 300:
            return Delivered(_reference(answer))
        shown = answer[:500].decode("utf-8", "replace")
        if status in (409, 422):
            raise ErpRejected(f"ERP {self._name} answered {status}: {shown}. Correct the cause, then replay.")
        if status in _ASKS_FOR_REST:
            self._rests_until = asyncio.get_running_loop().time() + _rest(response.headers.get("Retry-After"))
        if 300 <= status < 400:
            raise ErpUnavailable(
                f"ERP {self._name} answered {status}, and no redirect is followed. Correct its url in gateway.yaml."
            )
        raise ErpUnavailable(f"ERP {self._name} answered {status}. It is tried again.")

    def _body(self, delivery: Delivery) -> bytes:
        try:
            return to_xml(delivery.body) if self._as_xml else delivery.body
        except TranslationError as error:
            raise ErpRejected(error.detail) from None

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        headers = {
            "Content-Type": "application/xml" if self._as_xml else "application/json",
            "Idempotency-Key": delivery.key,
            "X-Correlation-Id": delivery.tracking_id,
            "X-Message-Type": delivery.message_type,
            "traceparent": trace.traceparent(delivery.tracking_id, self._new_span()),
        }
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        return headers


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """Read an answer up to the bound; the rest is left unread, which closes the connection."""
    answer = b""
    while len(answer) < _ANSWER_BYTES and (chunk := await response.content.read(_ANSWER_BYTES - len(answer))):
        answer += chunk
    return answer


def _rest(header: str | None) -> float:
    """Return for how many seconds an ERP asks not to be called: ``Retry-After`` is a number of them, or a date."""
    said = (header or "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), _LONGEST_REST)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    left = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return max(0.0, min(left, _LONGEST_REST))


def _reference(answer: bytes) -> str | None:
    """Return the ERP's own number for the message, where it gave one."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    found = (said.get("reference") or said.get("id")) if isinstance(said, dict) else None
    return str(found)[:255] if isinstance(found, str | int) and not isinstance(found, bool) else None
