"""Hands messages to an ERP by HTTP: POST with an Idempotency-Key that never changes.

2xx is delivered; 409 and 422 are the ERP's refusal and go to a person; whatever else is tried again. The ERP's own number is
taken from ``reference`` or ``id`` of a JSON answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import aiohttp
from aiolimiter import AsyncLimiter

from gateway import trace
from gateway.erp.xml import to_xml
from gateway.errors import ErpRejected, ErpUnavailable
from gateway.pipeline.ports import Delivered, Delivery

_ANSWER_BYTES = 64 << 10


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

    async def deliver(self, delivery: Delivery) -> Delivered:
        """Hand over; raise ErpUnavailable to be tried again, ErpRejected to be parked."""
        async with self._at_once:
            if self._limiter is not None:
                await self._limiter.acquire()
            return await self._post(delivery)

    async def _post(self, delivery: Delivery) -> Delivered:
        body = to_xml(delivery.body) if self._as_xml else delivery.body
        try:
            async with self._session.post(
                self._url, data=body, headers=self._headers(delivery), timeout=self._timeout, allow_redirects=False
            ) as response:
                status = response.status
                answer = await response.content.read(_ANSWER_BYTES)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ErpUnavailable(
                f"ERP {self._name} did not answer: {type(error).__name__}. It is tried again."
            ) from None
        if 200 <= status < 300:
            return Delivered(_reference(answer))
        shown = answer[:500].decode("utf-8", "replace")
        if status in (409, 422):
            raise ErpRejected(f"ERP {self._name} answered {status}: {shown}. Correct the cause, then replay.")
        raise ErpUnavailable(f"ERP {self._name} answered {status}. It is tried again.")

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


def _reference(answer: bytes) -> str | None:
    """Return the ERP's own number for the message, where it gave one."""
    try:
        said = json.loads(answer)
    except ValueError:
        return None
    found = (said.get("reference") or said.get("id")) if isinstance(said, dict) else None
    return str(found)[:255] if found is not None else None
