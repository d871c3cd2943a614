"""What is wrong with an envelope is kept with the transmission and explained like any other fault."""

import asyncio
import json

import pytest

from tests.cli.command import gateway_command
from tests.support.house import SUPPLIER_KEY, gateway, supplier
from tests.support.x12 import elements, invoice


async def _send(house, data: str, key: str = SUPPLIER_KEY) -> dict:
    """Send a file and return what stands under its id."""
    response = await house.send(data, key)
    assert response.status == 202, await response.text()
    await house.settle()
    return await house.get(f"/api/v1/documents/{(await response.json())['id']}")


async def _traced(folder, *arguments: str) -> str:
    """Run ``gateway trace`` on the same ledger, beside the loop of this test."""
    where = {"config": folder / "config", "data": folder / "data"}
    return (await asyncio.to_thread(gateway_command, "trace", *arguments, **where)).out


async def _cases(house, cause: str) -> list[dict]:
    return [case for case in (await house.get("/api/v1/cases"))["items"] if case["cause"] == cause]


@pytest.mark.parametrize(
    ("change", "code", "shown", "example", "cause"),
    [
        (("GE*1*1~", "GE*2*1~"), "AK905:5", "GE*2*1~", "GE*1*1~", "group-rejected"),
        (("GE*1*1~", "GE*1*9~"), "AK905:4", "GE*1*9~", "GE*1*1~", "group-rejected"),
        (("IEA*1*", "IEA*3*"), "TA105:021", "IEA*3*000000001~", "IEA*1*000000001~", "interchange-rejected"),
        (("IEA*1*000000001", "IEA*1*000000009"), "TA105:001", "IEA*1*000000009~", "IEA*1*000000001~", "interchange-rejected"),
        (("*0800*1*X*", "*9999*1*X*"), "TA105:024", "GS*IN*SUPPLIER*ACMEWORKS*20261121*9999*1*X*004010~",
         "GS*IN*SUPPLIER*ACMEWORKS*20261121*0800*1*X*004010~", "interchange-rejected"),
    ],
    ids=["GE01", "GE02", "IEA01", "IEA02", "GS05"],
)  # fmt: skip
async def test_a_fault_of_an_envelope_is_shown_with_the_transmission(tmp_path, change, code, shown, example, cause):
    async with gateway(tmp_path) as house:
        found = await _send(house, invoice().replace(*change))
        assert found["state"] == "rejected"
        [fault] = found["envelope_faults"]
        assert (fault["ack_code"], fault["shown"], fault["example"]) == (code, shown, example)
        assert "^" in fault["marker"] and fault["fix"] and fault["expected"] and fault["rule"]
        assert fault in found["document"]["faults"], "the document says why it was rejected, in the same words"
        [case] = await _cases(house, cause)
        assert case["subject"] == found["document"]["transmission"] and fault["message"] in case["detail"]
        assert [each["cause"] for each in found["cases"]].count(cause) == 1
        [answer] = await house.outbox(SUPPLIER_KEY)
        wire = elements(answer, "AK9")[0][5] if code.startswith("AK905") else elements(answer, "TA1")[0][5]
        assert wire == code[6:]


async def test_the_command_line_shows_it_too(tmp_path):
    async with gateway(tmp_path) as house:
        found = await _send(house, invoice().replace("GE*1*1~", "GE*7*1~").replace("ST*810*0001~", "junk~ST*810*0001~"))
    told = json.loads(await _traced(tmp_path, found["document"]["id"], "--json"))
    assert told["envelope_faults"] == found["envelope_faults"]
    assert sorted(fault["ack_code"] for fault in told["envelope_faults"]) == ["AK905:5", "TA105:022"]
    assert "GE01 counts 7" in await _traced(tmp_path, found["document"]["id"])


async def test_a_group_without_a_document_tells_its_fault_by_itself(tmp_path):
    async with gateway(tmp_path) as house:
        begin, rest = invoice().split("ST*", 1)
        found = await _send(house, begin + "GE*1*1~" + rest[rest.index("IEA") :])
        assert found["kind"] == "transmission" and found["documents"] == []
        [fault] = found["envelope_faults"]
        assert fault["ack_code"] == "AK905:5"
        assert len(await _cases(house, "group-rejected")) == 1
    out = await _traced(tmp_path, found["id"])
    assert "envelope: GS06=1: GE01 counts 1" in out and "GE*1*1~" in out


async def test_each_interchange_of_a_file_adds_its_faults(tmp_path):
    text = "hello~" + invoice(1).replace("GE*1*", "GE*4*") + invoice(2) + invoice(3).replace("IEA*1*", "IEA*4*")
    async with gateway(tmp_path) as house:
        found = await _send(house, text)
        assert [fault["ack_code"] for fault in found["envelope_faults"]] == ["", "AK905:5", "TA105:021"]
        assert found["envelope_faults"][0]["code"] == "junk-between-interchanges"
        assert found["envelope_faults"][0]["shown"].startswith("hello~")
        states = [document["state"] for document in found["documents"]]
        assert states == ["rejected", "delivered", "rejected"]


async def test_what_is_tolerated_in_an_envelope_is_kept_as_a_note_and_opens_no_case(tmp_path):
    async with gateway(tmp_path, supplier(defaults={"tolerate": ["leading-zeros"]})) as house:
        found = await _send(house, invoice().replace("IEA*1*000000001", "IEA*1*1"))
        assert found["state"] == "delivered"
        [note] = found["envelope_faults"]
        assert (note["tolerated"], note["ack_code"]) == (True, "TA105:001")
        assert (await house.get("/api/v1/cases"))["items"] == []


async def test_a_receiver_that_is_not_us_is_explained_too(tmp_path):
    async with gateway(tmp_path) as house:
        found = await _send(house, invoice(receiver=("ZZ", "SOMEBODY")))
        [fault] = found["envelope_faults"]
        assert (fault["ack_code"], fault["shown"][:4]) == ("TA105:009", "ISA*")


async def test_a_partner_sees_the_envelope_of_what_it_brought_itself(tmp_path):
    async with gateway(tmp_path) as house:
        found = await _send(house, invoice().replace("GE*1*", "GE*4*"))
        theirs = await house.get(f"/api/v1/documents/{found['id']}", SUPPLIER_KEY)
        assert theirs["envelope_faults"] == found["envelope_faults"] != []


async def test_a_reading_that_is_repeated_tells_nothing_twice(tmp_path):
    from gateway.pipeline.oversight.replay import replay

    async with gateway(tmp_path) as house:
        found = await _send(house, invoice().replace("GE*1*", "GE*4*"))
        world, name = house.house.world, found["document"]["transmission"]
        await world.ledger.tx(lambda uow: replay(uow, world, name, "asked", recompute=False))
        house.house.worker.wake([])
        await house.settle()
        again = await house.get(f"/api/v1/documents/{name}")
        assert again["envelope_faults"] == found["envelope_faults"]
