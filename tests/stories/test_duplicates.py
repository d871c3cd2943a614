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


# Each of the three control numbers, in a file and in history


def _renumbered(text: str, *, group: str = "1", control: str = "0001", number: str = "INV5") -> str:
    """The first interchange again, with other documents under another group or set number."""
    text = text.replace("*0800*1*X*", f"*0800*{group}*X*").replace("GE*1*1~", f"GE*1*{group}~")
    return text.replace("*0001~", f"*{control}~").replace("INV1*", f"{number}*")


async def _answer_to_second(tmp_path, second: str) -> tuple[str, list[dict]]:
    """Send an invoice and then ``second``; return what that is answered with, and the documents that it brought."""
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        receipt = await _receipt(await house.send(second))
        await house.settle()
        [answer] = await house.outbox(SUPPLIER_KEY)
        found = (await house.get(f"/api/v1/documents?transmission={receipt['id']}"))["items"]
        return answer, found


async def test_an_interchange_number_used_before_for_other_groups_is_refused_with_ta1_025(tmp_path):
    answer, [document] = await _answer_to_second(tmp_path, _renumbered(invoice(1), group="2"))
    assert elements(answer, "TA1")[0][4:6] == ["R", "025"]
    assert document["state"] == "rejected"
    [fault] = document["faults"]
    assert (fault["ack_code"], fault["message"]) == ("TA105:025", "interchange 000000001 came before with other groups")
    assert fault["shown"].startswith("ISA*") and "*000000002*" in fault["example"]


async def test_a_group_number_used_before_in_that_interchange_for_other_sets_is_refused_with_ak905_19(tmp_path):
    answer, [document] = await _answer_to_second(tmp_path, _renumbered(invoice(1), control="0002"))
    assert elements(answer, "AK9")[0][1:] == ["R", "1", "1", "0", "19"]
    assert (document["state"], document["faults"][0]["ack_code"]) == ("rejected", "AK905:19")


async def test_a_set_number_used_before_for_another_set_is_refused_with_ak502_23(tmp_path):
    answer, [document] = await _answer_to_second(tmp_path, _renumbered(invoice(1)))
    assert elements(answer, "AK5")[0] == ["AK5", "R", "23"]
    assert (document["state"], document["faults"][0]["ack_code"]) == ("rejected", "AK502:23")


async def test_group_and_set_numbers_begin_anew_in_each_interchange(tmp_path):
    second = _renumbered(invoice(1)).replace("000000001", "000000002")
    _answer, [document] = await _answer_to_second(tmp_path, second)
    assert document["state"] == "delivered"


async def test_in_one_file_each_number_that_comes_twice_has_its_code(tmp_path):
    text = invoice(1)
    begin, rest = text.split("GS*", 1)
    groups, end = rest.split("IEA*", 1)
    one, tail = groups.split("ST*810", 1)
    body, close = tail.split("GE*", 1)
    twice = {
        ("TA1", 5, "025"): text + _renumbered(text, group="2"),
        ("AK9", 5, "19"): begin + "GS*" + groups + "GS*" + groups.replace("INV1", "INV5") + "IEA*2*" + end[2:],
        ("AK5", 2, "23"): begin + f"GS*{one}ST*810{body}ST*810{body.replace('INV1', 'INV5')}GE*2*{close[2:]}IEA*{end}",
    }
    for (name, place, code), data in twice.items():
        async with gateway(tmp_path / code) as house:
            await house.send(data)
            await house.settle()
            answers = await house.outbox(SUPPLIER_KEY)
            found = [row[place] for answer in answers for row in elements(answer, name) if len(row) > place]
            assert code in found, (name, answers)
            assert len(house.erp.bodies("invoice")) == 1, "the first one counts"


async def test_a_correction_brings_what_was_rejected_under_the_same_numbers(tmp_path):
    """Of two sets one was refused: the interchange comes again, with that one alone or with both."""
    text = invoice(1)
    begin, rest = text.split("ST*810", 1)
    body, end = rest.split("GE*1*", 1)
    first, second = f"ST*810{body}", f"ST*810{body}".replace("*0001~", "*0002~").replace("INV1*", "INV2*")
    wrong = second.replace("*EA*12.5*", "*QQ*12.5*")
    async with gateway(tmp_path) as house:
        await house.send(f"{begin}{first}{wrong}GE*2*{end}")
        await house.settle()
        await house.send(f"{begin}{second}GE*1*{end}")
        await house.settle()
        await house.send(f"{begin}{first}{second}GE*2*{end}".replace("~", "~\n"))
        await house.settle()
        assert sorted(body["invoice_number"] for body in house.erp.bodies("invoice")) == ["INV1", "INV2"]
        states = [item["state"] for item in (await house.get("/api/v1/documents"))["items"]]
        assert states == ["delivered", "rejected", "delivered", "duplicate", "duplicate"]
