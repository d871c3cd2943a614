"""Posts an event to a webhook, signed as Standard Webhooks say, and tells what came of it.

Only the address in gateway.yaml is ever called: no redirect is followed, so nobody is led to an address inside our network. An
answer is read no further than its status, and everything together has one bound of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp

from gateway.pipeline.ports import Clock
from gateway.tracking.cloudevent import MEDIA_TYPE
from gateway.web.signing import shown, signed_headers


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One webhook."""

    url: str
    secret: str
    timeout_seconds: float
    session: aiohttp.ClientSession
    clock: Clock

    @property
    def address(self) -> str:
        """Where it is, for people."""
        return shown(self.url)

    async def post(self, event_id: str, body: bytes) -> str | None:
        """Post an event; return None once it was taken, else why it was not."""
        stamp = str(int(self.clock().timestamp()))
        headers = {"Content-Type": MEDIA_TYPE, **signed_headers(self.secret, event_id, stamp, body)}
        timeout = aiohttp.ClientTimeout(total=self.timeout_seconds)
        try:
            async with self.session.post(
                self.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                status = response.status
        except TimeoutError:
            return f"it did not answer within {self.timeout_seconds:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return f"it can't be reached ({type(error).__name__})"
        if 200 <= status < 300:
            return None
        if 300 <= status < 400:
            return f"it answered {status}, and no redirect is followed; correct url: in gateway.yaml"
        return f"it answered {status}"
