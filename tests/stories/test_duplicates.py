"""The same thing twice is processed once, and whoever sent it gets the first answer again."""

import asyncio

from tests.support.house import SUPPLIER_KEY, gateway, supplier
from tests.support.x12 import elements, invoice


async def _receipt(response):
    assert response.status == 202, await response.text()
    return await response.json()


async def test_the_same_bytes_get_the_first_receipt(tmp_path):
    async with gateway(tmp_path) as house:
        first = await _receipt(await house.send(invoice()))
        await house.settle()
        again = await _receipt(await house.send(invoice()))
        assert (again["id"], again["duplicate"], again["state"]) == (first["id"], True, "read")
        await house.settle()
        assert len(house.erp.bodies("invoice")) == 1
        assert len(await house.outbox(SUPPLIER_KEY)) == 1


async def test_the_same_bytes_again_get_the_first_997_again(tmp_path):
    """Who sends again did perhaps not get our answer. A client's own retry, under its own key, asks for the receipt only."""
    async with gateway(tmp_path) as house:
        await house.send(invoice(), Idempotency_Key="k1")
        await house.settle()
        [answer] = await house.outbox(SUPPLIER_KEY)
        await house.send(invoice(), Idempotency_Key="k1")
        await house.settle()
        assert await house.outbox(SUPPLIER_KEY) == []
        receipt = await _receipt(await house.send(invoice()))
        assert receipt["duplicate"] is True
        await house.settle()
        assert await house.outbox(SUPPLIER_KEY) == [answer]
        assert len(house.erp.messages) == 1


async def test_the_same_bytes_after_the_window_are_read_again_and_found_by_their_numbers(tmp_path):
    terms = {"duplicate_window": "1s"}
    async with gateway(tmp_path, supplier(defaults=terms)) as house:
        first = await _receipt(await house.send(invoice()))
        await house.settle()
        clock = house.house.world.clock
        began = clock()
        await house.until(lambda: (clock() - began).total_seconds() > 1.1)
        second = await _receipt(await house.send(invoice()))
        assert second["id"] != first["id"]
        await house.settle()
        assert len(house.erp.messages) == 2, "outside of the window it is a document of its own, as agreed"


async def test_the_same_key_with_other_bytes_is_a_conflict(tmp_path):
    async with gateway(tmp_path) as house:
        first = await _receipt(await house.send(invoice(1), Idempotency_Key="k"))
        again = await _receipt(await house.send(invoice(1), Idempotency_Key="k"))
        assert (again["id"], again["duplicate"]) == (first["id"], True)
        response = await house.send(invoice(2), Idempotency_Key="k")
        assert response.status == 409
        assert (await response.json())["type"] == "urn:gateway:problem:conflict"
        await house.settle()
        assert len(house.erp.messages) == 1


async def test_the_same_document_in_other_bytes_is_a_copy_and_gets_the_first_997_again(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice())
        await house.settle()
        [first_answer] = await house.outbox(SUPPLIER_KEY)
        copy = await _receipt(await house.send(invoice().replace("~", "~\r\n")))
        assert copy["duplicate"] is False, "the bytes are others"
        await house.settle()
        found = await house.get(copy["location"])
        assert found["state"] == "duplicate"
        assert found["document"]["duplicate_of"]
        assert len(house.erp.messages) == 1
        timeline = await house.get(f"/api/v1/documents/{found['document']['duplicate_of']}")
        assert timeline["acknowledgments"][0]["content"] == first_answer


async def test_a_copy_has_its_first_answer_sent_once_more_to_a_folder(tmp_path):
    """Where we send by ourselves, the stored 997 goes out again, byte for byte."""
    channels = {"rest": {}, "folder": {"outbound": "to-supplier"}}
    partner = supplier(channels=channels, defaults={"transport": "folder"})
    async with gateway(tmp_path, partner) as house:
        folder = tmp_path / "data" / "to-supplier"
        await house.send(invoice())
        await house.settle()
        [answer] = folder.iterdir()
        content = answer.read_bytes()
        answer.unlink()
        await house.send(invoice().replace("~", "~\n"))
        await house.settle()
        [again] = folder.iterdir()
        assert (again.name, again.read_bytes()) == (answer.name, content)


async def test_used_numbers_with_other_content_are_refused_and_said(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        other = await _receipt(await house.send(invoice(1).replace("INV1", "INV9")))
        await house.settle()
        found = await house.get(other["location"])
        assert found["state"] == "rejected"
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "numbers-reused"
        assert "ISA13 000000001, GS06 1 and ST02 0001 came before with another content" in case["detail"]
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "AK5")[0][1] == "R"
        assert [body["invoice_number"] for body in house.erp.bodies("invoice")] == ["INV1"]


async def test_a_corrected_document_may_use_the_numbers_of_a_rejected_one(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1).replace("*EA*12.5*", "*QQ*12.5*"))
        await house.settle()
        assert not house.erp.messages
        await house.send(invoice(1))
        await house.settle()
        assert len(house.erp.bodies("invoice")) == 1


async def test_two_copies_at_once_are_one(tmp_path):
    async with gateway(tmp_path) as house:
        sent = [invoice().replace("~", "~" + "\n" * n) for n in range(1, 6)]
        answers = await asyncio.gather(*(house.send(data) for data in sent))
        assert [answer.status for answer in answers] == [202] * 5
        await house.settle()
        assert len(house.erp.messages) == 1
        states = sorted(d["state"] for d in (await house.get("/api/v1/documents"))["items"])
        assert states == ["delivered"] + ["duplicate"] * 4
