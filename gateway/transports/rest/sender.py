"""Sends by REST: a signed webhook where the partner gave a URL, else the outbox where it fetches.

The signature follows Standard Webhooks (id, timestamp and body under HMAC-SHA-256). Only the URL of the partner's own file is
ever called, redirects are not followed, and an answer is read only as far as its status.
"""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
import structlog

from gateway.errors import ConfigurationError, PartnerRefused, PartnerUnreachable
from gateway.pipeline.ports import Clock, Sending, Sent
from gateway.web.signing import shown, signed_headers

log = structlog.get_logger("gateway.rest")

_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)
_TRY_AGAIN = (408, 425, 429)


class RestSender:
    """Fulfils `gateway.pipeline.ports.Sender`."""

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, secret: Callable[[str, str], str]) -> None:
        self._session = session
        self._clock = clock
        self._secret = secret

    async def send(self, sending: Sending) -> Sent:
        """Post to the partner's webhook, or leave it in the outbox."""
        channel = sending.partner.text.channels.rest
        webhook = channel.webhook if channel is not None else None
        if webhook is None:
            return Sent(waiting=True)
        try:
            secret = self._secret(webhook.secret, f"partners/{sending.partner.id}.yaml")
            headers = self._headers(sending, secret)
        except ConfigurationError as error:
            raise PartnerRefused(error.detail) from None
        except ValueError:
            words = f"The webhook secret of {sending.partner.id} is not base64 behind whsec_. Correct it, then replay."
            raise PartnerRefused(words) from None
        where = shown(webhook.url)
        try:
            async with self._session.post(
                webhook.url, data=sending.body, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PartnerUnreachable(f"{where} did not answer: {type(error).__name__}. It is tried again.") from None
        log.info("webhook_answered", partner=sending.partner.id, id=sending.transmission.id, status=status)
        if 200 <= status < 300:
            return Sent(detail=f"webhook answered {status}")
        if status >= 500 or status in _TRY_AGAIN:
            raise PartnerUnreachable(f"{where} answered {status}. It is tried again.")
        if 300 <= status < 400:
            words = f"{where} answered {status}, and no redirect is followed. Correct the url in the partner's file, then replay."
            raise PartnerRefused(words)
        raise PartnerRefused(f"{where} answered {status}. Ask the partner why, then replay.")

    def _headers(self, sending: Sending, secret: str) -> dict[str, str]:
        stamp = str(int(self._clock().timestamp()))
        signed = signed_headers(secret, sending.transmission.id, stamp, sending.body)
        return {"Content-Type": sending.transmission.content_type, **signed}
