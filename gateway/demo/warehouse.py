"""The warehouse of the demonstration: it counts two pieces too few, somebody is asked, and it finds them behind the dock."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import aiohttp

from gateway.demo.buying import ORDER
from gateway.demo.processes import DemoFailed

SHIPMENT = f"ASN-{ORDER}"
# Receipt number, line, pieces.
_FIRST = (("1", "38"), ("2", "500"))
_FOUND = (("1", "2"),)
_SECONDS = 45


class Warehouse:
    """Speaks at the door of the warehouse with a key of its own."""

    def __init__(self, gateway: str, key: str, session: aiohttp.ClientSession) -> None:
        self._gateway, self._session = gateway, session
        self._headers = {"Authorization": f"Bearer {key}"}

    async def count(self) -> dict[str, Any]:
        """Count what came once its ship notice is known; return the case that comes of it, as it stands before it is settled."""
        await self._until("the ship notice", self._shipped)
        await self._receive("GR-1", _FIRST)
        case: dict[str, Any] = await self._until("the case about the receipt", self._case)
        await self._until("the invoice", self._invoiced)
        await self._receive("GR-2", _FOUND)
        return case

    async def _receive(self, number: str, lines: tuple[tuple[str, str], ...]) -> None:
        body = {
            "receipt_number": number,
            "received_at": datetime.now(UTC).isoformat(),
            "shipment_number": SHIPMENT,
            "lines": [
                {"order_number": ORDER, "line": line, "quantity": pieces, "unit": "each"} for line, pieces in lines
            ],
        }
        address = f"{self._gateway}/api/v1/wms/receipts"
        async with self._session.post(address, json=body, headers=self._headers) as response:
            if response.status != 202:
                raise DemoFailed(f"the gateway did not take the receipt {number}: {await response.text()}")

    async def _until(self, what: str, look: Any) -> Any:
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            found = await look()
            if found:
                return found
            await asyncio.sleep(0.25)
        raise DemoFailed(f"{what} did not come within {_SECONDS} s")

    async def _get(self, path: str) -> Any:
        async with self._session.get(self._gateway + path) as response:
            return await response.json()

    async def _shipped(self) -> bool:
        found = (await self._get(f"/api/v1/orders?order_number={ORDER}"))["items"]
        return bool(found) and found[0]["state"] == "shipped"

    async def _case(self) -> Any:
        cases = (await self._get("/api/v1/cases?partner=supplier"))["items"]
        return next((each for each in cases if each["cause"] == "receipt-differs"), None)

    async def _invoiced(self) -> bool:
        found = (await self._get("/api/v1/matches?partner=supplier&kind=invoiced"))["items"]
        return bool(found)
