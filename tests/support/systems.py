"""The systems around an order, as they speak to a gateway under test."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from gateway.ledger import tables
from gateway.web.keys import key_hash
from tests.support.house import ERP_KEY, OPERATOR_KEY, Running

SCOPES = ("wms", "qms", "mes", "tms", "events", "procurement", "planning", "finance", "master_data")


def key_of(scope: str) -> str:
    """Return the key of a system in tests."""
    return f"key-of-{scope}"


def system_keys(*more: dict[str, str], **changes: Any) -> dict[str, Any]:
    """Return settings with a key for each system."""
    return {
        "keys": [
            {"name": "erp", "role": "erp", "sha256": key_hash(ERP_KEY)},
            {"name": "operator", "role": "operator", "sha256": key_hash(OPERATOR_KEY)},
            *({"name": each, "role": "system", "scope": each, "sha256": key_hash(key_of(each))} for each in SCOPES),
            *more,
        ]
    } | changes


async def post(
    house: Running, path: str, body: Any, key: str, content_type: str = "application/json", **headers: str
) -> aiohttp.ClientResponse:
    """Post what a system says; ``body`` may be bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    made = {"Authorization": f"Bearer {key}", "Content-Type": content_type}
    made |= {name.replace("_", "-"): value for name, value in headers.items()}
    response = await house.session.post(f"{house.address}/api/v1/{path}", data=data, headers=made)
    await response.read()
    return response


async def say(house: Running, scope: str, path: str, body: Any, **headers: str) -> dict[str, Any]:
    """Post what a system says, see that it is taken in, and wait until all that follows has been done."""
    response = await post(house, path, body, key_of(scope), **headers)
    assert response.status == 202, await response.text()
    await house.settle()
    return await response.json()


def ago(**past: float) -> str:
    """Return a time before now, as systems write it."""
    return (datetime.now(UTC) - timedelta(**past)).isoformat()


def receipt(number: str = "R1", quantity: str = "10", order: str = "PO1", **changes: Any) -> dict[str, Any]:
    """Goods that came for line 1 of an order."""
    line = {"order_number": order, "line": "1", "quantity": quantity}
    line |= {name: changes.pop(name) for name in ("lot", "damaged", "unit", "item_ids", "line") if name in changes}
    line = {name: value for name, value in line.items() if value is not None}
    return {"receipt_number": number, "received_at": ago(minutes=30), "lines": [line]} | changes


async def events(house: Running, *types: str) -> list[dict[str, Any]]:
    """Return the data of the published events of some types, in their order."""
    items = (await house.get("/api/v1/events?limit=500"))["items"]
    return [each["data"] | {"type": each["type"]} for each in items if each["type"] in types]


async def cases(house: Running) -> list[tuple[str, str]]:
    """Return cause and owner of the open cases."""
    items = (await house.get("/api/v1/cases"))["items"]
    return sorted((each["cause"], each["owner"]) for each in items)


async def rows(house: Running, table: str) -> list[Any]:
    """Return the rows of a table of the ledger."""
    wanted = tables.metadata.tables[table]
    return await house.house.database.tx(lambda uow: list(uow.cursor.rows(("all", table), lambda: wanted.select(), {})))
