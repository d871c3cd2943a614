"""What was done can be proved: what was in force, what came and went, and that nobody has changed it since."""

import hashlib
import json

from gateway.ledger.chain import SqlLog
from gateway.pipeline.oversight.seal import Sealer
from tests.support.as2 import as2_house
from tests.support.house import CUSTOMER_KEY, gateway
from tests.support.identities import pinned
from tests.support.x12 import acknowledgment, invoice, purchase_order


async def events_of(house, kind):
    log = SqlLog(house.house.database)
    return [json.loads(each.text)["data"] for each in await log.events_of(kind)]


async def kept(house, digest):
    data = await house.house.world.vault.read(digest)
    assert hashlib.sha256(data).hexdigest() == digest
    return data


async def test_what_is_in_force_is_in_the_log_with_its_files_and_a_change_of_them_too(tmp_path):
    async with gateway(tmp_path) as house:
        await house.until(lambda: events_of(house, "configuration.loaded"))
        response = await house.send(invoice(1))
        assert response.status == 202
        await house.settle()
        [first] = await events_of(house, "configuration.loaded")
        inventory = json.loads(await kept(house, first["kept"]["inventory"]))
        for name in ("gateway.yaml", "partners/own.yaml", "partners/supplier.yaml", "mappings/base/810.yaml"):
            assert await kept(house, inventory["files"][name])
        [received] = await events_of(house, "document.received")
        assert received["configuration"] == first["kept"]["inventory"], "a document names what it was judged under"
        file = tmp_path / "config" / "partners" / "supplier.yaml"
        file.write_text(file.read_text().replace("Supplier Inc.", "Supplier Incorporated"))
        await house.until(lambda: _count(house, "configuration.loaded", 2))
        second = (await events_of(house, "configuration.loaded"))[-1]
        changed = json.loads(await kept(house, second["kept"]["inventory"]))
        differ = {name for name in changed["files"] if changed["files"][name] != inventory["files"][name]}
        assert differ == {"partners/supplier.yaml"}


async def _count(house, kind, number):
    return len(await events_of(house, kind)) == number


async def test_certificates_are_in_it_by_their_fingerprints_and_no_private_key_is(tmp_path):
    async with as2_house(tmp_path) as (house, partner):
        await house.until(lambda: events_of(house, "configuration.loaded"))
        [loaded] = await events_of(house, "configuration.loaded")
        inventory = json.loads(await kept(house, loaded["kept"]["inventory"]))
        known = {each["owner"]: each["fingerprint"] for each in inventory["certificates"]}
        assert known == {"own": pinned("buyer").fingerprint, "supplier": pinned("supplier").fingerprint}
        for digest in inventory["files"].values():
            assert b"PRIVATE" not in await kept(house, digest)
        await partner.send(acknowledgment(1).encode())
        await house.settle()
        [given] = await events_of(house, "receipt.given")
        assert set(given["kept"]) == {"request", "entity", "signature", "receipt"}
        for digest in given["kept"].values():
            assert await kept(house, digest)


async def test_every_kind_of_bytes_is_named_by_an_event_of_the_chain(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(purchase_order(1), CUSTOMER_KEY)
        await house.settle()
        [received] = await events_of(house, "transmission.received")
        assert await kept(house, received["kept"]["bytes"]) == purchase_order(1).encode()
        [answered] = await events_of(house, "acknowledgment.composed")
        assert b"~ST*997*" in await kept(house, answered["kept"]["bytes"])
        [delivered] = await events_of(house, "document.delivered")
        [document] = (await house.get("/api/v1/documents"))["items"]
        assert json.loads(await kept(house, delivered["kept"]["canonical"]))["header"]["message_id"] == document["id"]
        sealer = Sealer(SqlLog(house.house.database), house.house.world.clock)
        await sealer.seal()
        assert (await sealer.log.last_seal()).last >= len(await events_of(house, "document.delivered"))
