"""Planning and procurement of the demonstration: what is planned is forecast, ordered, approved and sent to the supplier."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import aiohttp

from gateway.demo.processes import DemoFailed

ORDER, PLANNED, FORECAST = "PO-2026-0001", ("PL-70311", "PL-70312"), "F-2026-47"
_SUPPLIER, _PLANT, _WANTED = "supplier", "0042", "2026-12-05"
_ITEMS = (("B-1007", "40", "12.75"), ("B-2290", "500", "0.42"))
_PLAN = {
    "number": FORECAST,
    "issued_on": "2026-11-21",
    "lines": [
        {
            "partner": _SUPPLIER,
            "item_ids": [{"value": item}],
            "plant": _PLANT,
            "unit": "each",
            "planned_order": planned,
            "wants": [{"on": _WANTED, "quantity": pieces}],
        }
        for planned, (item, pieces, _price) in zip(PLANNED, _ITEMS, strict=True)
    ],
}
_PURCHASE = {
    "partner": _SUPPLIER,
    "planned_orders": PLANNED,
    "order": {
        "order_number": ORDER,
        "order_type": "stand_alone",
        "ordered_on": "2026-11-21",
        "currency": {"role": "buyer", "currency": "USD"},
        "dates": [{"kind": "delivery_requested", "date": _WANTED}],
        "parties": [
            {
                "role": "ship_to",
                "name": "Demo Manufacturing, North Plant",
                "ids": [{"kind": "assigned_by_buyer", "value": _PLANT}],
                "address": {"lines": ["12 Harbor Road"], "city": "Duluth", "region": "MN", "postal_code": "55802"},
            }
        ],
        "lines": [
            {
                "number": str(number),
                "quantity": {"value": pieces, "unit": "each"},
                "unit_price": {"amount": price, "basis": "per_each"},
                "item_ids": [{"kind": "buyer_part", "value": item}],
            }
            for number, (item, pieces, price) in enumerate(_ITEMS, start=1)
        ],
    },
}


class Buying:
    """Speaks at the doors of planning and procurement, each with a key of its own."""

    def __init__(self, gateway: str, planning: str, procurement: str, session: aiohttp.ClientSession) -> None:
        self._gateway, self._session = gateway, session
        self._planning, self._procurement = planning, procurement

    async def buy(self) -> None:
        """Lead an order from what is planned to its way to the supplier."""
        await self._say(self._planning, "planning/forecasts", _PLAN)
        await self._say(self._procurement, "purchase-orders", _PURCHASE)
        order = f"purchase-orders/{quote(f'{_SUPPLIER}:buyer:{ORDER}', safe='')}"
        await self._say(self._procurement, f"{order}/approve", {"reason": "within the budget of the plant"})
        await self._say(self._procurement, f"{order}/dispatch", {})

    async def _say(self, key: str, path: str, body: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        async with self._session.post(f"{self._gateway}/api/v1/{path}", json=body, headers=headers) as response:
            if response.status != 202:
                raise DemoFailed(f"the gateway did not take {path}: {await response.text()}")
