"""A whole gateway for tests: real ledger, real HTTP, a configuration written for the test, an ERP on loopback."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from gateway.bootstrap import EVERYTHING, House, Roles, build
from gateway.server import run
from gateway.settings import Environment, load_settings
from gateway.web.keys import key_hash
from tests.support.erp import Erp

SUPPLIER_KEY, CUSTOMER_KEY = "key-of-the-supplier", "key-of-the-customer"
ERP_KEY, OPERATOR_KEY = "key-of-the-erp", "key-of-an-operator"

OWN = {"name": "Acme Works", "identities": [{"qualifier": "ZZ", "id": "ACMEWORKS"}]}


def supplier(**changes: Any) -> dict[str, Any]:
    """A partner that supplies us: 850 out; 855, 856 and 810 in."""
    inbound = [{"document": name, "direction": "inbound", "role": "buyer"} for name in ("855", "856", "810")]
    return {
        "partner": "supplier",
        "name": "Supplier Inc.",
        "identities": [{"qualifier": "ZZ", "id": "SUPPLIER"}],
        "api_keys": [{"name": "main", "sha256": key_hash(SUPPLIER_KEY)}],
        "channels": {"rest": {}},
        "agreements": [{"document": "850", "direction": "outbound", "role": "buyer"}, *inbound],
    } | changes


def customer(**changes: Any) -> dict[str, Any]:
    """A partner that buys from us: 850 in; 855, 856 and 810 out."""
    outbound = [{"document": name, "direction": "outbound", "role": "seller"} for name in ("855", "856", "810")]
    return {
        "partner": "customer",
        "name": "Customer Ltd.",
        "identities": [{"qualifier": "01", "id": "123456789", "group": "CUSTGS"}],
        "api_keys": [{"name": "main", "sha256": key_hash(CUSTOMER_KEY)}],
        "channels": {"rest": {}},
        "agreements": [{"document": "850", "direction": "inbound", "role": "seller"}, *outbound],
    } | changes


def write_config(
    folder: Path,
    erp: str,
    *partners: dict[str, Any],
    gateway: dict[str, Any] | None = None,
    own: dict[str, Any] | None = None,
) -> None:
    """Write gateway.yaml and partners/."""
    (folder / "partners").mkdir(parents=True, exist_ok=True)
    settings = {
        "erps": {"main": {"kind": "http", "url": f"{erp}/messages"}},
        "keys": [
            {"name": "erp", "role": "erp", "sha256": key_hash(ERP_KEY)},
            {"name": "operator", "role": "operator", "sha256": key_hash(OPERATOR_KEY)},
        ],
    } | (gateway or {})
    dump(folder / "gateway.yaml", settings)
    dump(folder / "partners" / "own.yaml", OWN | (own or {}))
    for partner in partners or (supplier(), customer()):
        dump(folder / "partners" / f"{partner['partner']}.yaml", partner)


def dump(path: Path, data: dict[str, Any]) -> None:
    """Write YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


class Running:
    """A running gateway, as those who talk to it see it."""

    def __init__(self, house: House, address: str, session: aiohttp.ClientSession, erp: Erp) -> None:
        self.house, self.address, self.session, self.erp = house, address, session, erp

    async def send(self, data: bytes | str, key: str = SUPPLIER_KEY, **headers: str) -> aiohttp.ClientResponse:
        """Post a document as a partner."""
        body = data.encode() if isinstance(data, str) else data
        made = {"Authorization": f"Bearer {key}", "Content-Type": "application/edi-x12"}
        made |= {name.replace("_", "-"): value for name, value in headers.items()}
        response = await self.session.post(f"{self.address}/api/v1/documents", data=io.BytesIO(body), headers=made)
        await response.read()
        return response

    async def order(self, message: dict[str, Any], **headers: str) -> aiohttp.ClientResponse:
        """Post a message as the ERP."""
        made = {"Authorization": f"Bearer {ERP_KEY}"} | {name.replace("_", "-"): v for name, v in headers.items()}
        response = await self.session.post(f"{self.address}/api/v1/erp/messages", json=message, headers=made)
        await response.read()
        return response

    async def get(self, path: str, key: str = OPERATOR_KEY) -> Any:
        """Get JSON; raise for what is no success."""
        async with self.session.get(self.address + path, headers={"Authorization": f"Bearer {key}"}) as response:
            response.raise_for_status()
            return await response.json()

    async def outbox(self, key: str) -> list[str]:
        """Fetch all that waits for a partner, and give the receipts."""
        texts = []
        headers = {"Authorization": f"Bearer {key}"}
        for item in (await self.get("/api/v1/outbox", key))["items"]:
            async with self.session.get(self.address + item["content"], headers=headers) as response:
                texts.append(await response.text())
            async with self.session.post(self.address + item["receipt"], headers=headers) as response:
                response.raise_for_status()
        return texts

    async def settle(self, seconds: float = 60) -> None:
        """Wait until no step is due any more (steps that wait for a later time don't count)."""
        await self.until(self._idle, seconds)

    async def _idle(self) -> bool:
        if self.house.worker.busy:
            return False
        return not await self.house.database.due(self.house.world.clock(), 1)

    async def until(self, condition: Callable[[], Any], seconds: float = 60) -> None:
        """Wait until a condition holds; fail when it does not in time."""
        async with asyncio.timeout(seconds):
            while True:
                found = condition()
                if asyncio.iscoroutine(found):
                    found = await found
                if found:
                    return
                await asyncio.sleep(0.02)


@asynccontextmanager
async def gateway(
    folder: Path,
    *partners: dict[str, Any],
    settings: dict[str, Any] | None = None,
    erp: Erp | None = None,
    database_url: str = "",
    roles: Roles = EVERYTHING,
    own: dict[str, Any] | None = None,
) -> AsyncIterator[Running]:
    """Run a gateway on ``folder``; what stands there already goes on."""
    own_erp = erp or Erp()
    if not own_erp.address:
        await own_erp.start()
    try:
        write_config(folder / "config", own_erp.address, *partners, gateway=settings, own=own)
        places = {"config_dir": folder / "config", "data_dir": folder / "data", "database_url": database_url}
        house = await build(load_settings(Environment(port=0, takeover_seconds=2, **places)), roles)
        stop, started = asyncio.Event(), asyncio.get_running_loop().create_future()
        running = asyncio.create_task(run(house, stop, started.set_result))
        async with aiohttp.ClientSession() as session:
            try:
                yield Running(house, await started, session, own_erp)
            finally:
                stop.set()
                await running
                await house.close()
    finally:
        if erp is None:
            await own_erp.stop()
