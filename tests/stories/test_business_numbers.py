"""A business number that must be unique: the second document that comes with it is refused, and told where the first one is."""

import asyncio

from gateway.pipeline.oversight.replay import replay
from tests.support.house import SUPPLIER_KEY, gateway, supplier
from tests.support.x12 import elements, invoice, ship_notice


def _guide(folder, set_id: str, *rules: str) -> None:
    path = folder / "config" / "mappings" / "supplier" / f"{set_id}.guide.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f'guide: supplier/{set_id}\nset: "{set_id}"\nversion: "004010"\nrules:\n'
    path.write_text(head + "".join(f"  {rule}\n" for rule in rules))


def _agreed(set_id: str, **terms):
    """A supplier whose documents of one set stand under a guide."""
    made = supplier(**({"defaults": terms} if terms else {}))
    for agreement in made["agreements"]:
        if agreement["document"] == set_id:
            agreement["guide"] = f"supplier/{set_id}"
    return made


def _again(number: int, value: int, **more) -> str:
    """An invoice under control numbers of its own, with the invoice number of another one."""
    return invoice(number, **more).replace(f"INV{number}*", f"INV{value}*")


async def _send(house, data: str) -> dict:
    """Send a file with one document and return what became of it."""
    response = await house.send(data)
    assert response.status == 202, await response.text()
    await house.settle()
    return await house.get((await response.json())["location"])


async def test_an_invoice_number_that_came_before_is_refused_where_it_stands_and_told_where_the_first_one_is(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: 365d, note: one number one invoice}")
    async with gateway(tmp_path, _agreed("810")) as house:
        first = await _send(house, invoice(1))
        assert first["state"] == "delivered"
        await house.outbox(SUPPLIER_KEY)
        second = await _send(house, _again(2, 1).replace("TDS*13800", "TDS*13801"))
        assert second["state"] == "rejected"
        [fault] = second["document"]["faults"]
        assert (fault["where"], fault["ack_code"], fault["value"]) == (
            "810 ST02=0001 seg 2 BIG[1]/02",
            "AK403:7",
            "INV1",
        )
        document = first["document"]["id"]
        assert "came before in ISA13 000000001, GS06 1, ST02 0001" in fault["message"] and document in fault["message"]
        assert fault["message"].endswith("one number one invoice")
        assert fault["rule"] == "guide supplier/810 line 5"
        assert fault["expected"] == "BIG02: not used again within 365 days; one number one invoice"
        assert fault["marker"].strip("^ ") == "" and fault["shown"].startswith("BIG*20261121*INV1*")
        assert fault["example"].startswith("BIG*20261121*") and "*INV1*" not in fault["example"]
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "AK4") == [["AK4", "2", "76", "7", "INV1"]]
        assert elements(answer, "AK5")[0][1] == "R"
        [case] = (await house.get("/api/v1/cases"))["items"]
        assert case["cause"] == "document-rejected" and document in case["detail"]
        assert len(house.erp.bodies("invoice")) == 1


async def test_two_invoices_with_one_number_in_a_file_are_one_and_a_refusal(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: file}")
    async with gateway(tmp_path, _agreed("810")) as house:
        await house.send(invoice(1) + _again(2, 1) + invoice(3))
        await house.settle()
        items = (await house.get("/api/v1/documents?set=810"))["items"]
        assert [item["state"] for item in items] == ["delivered", "rejected", "delivered"]
        [fault] = items[1]["faults"]
        assert "came before with the same content in this file: ISA13 000000001" in fault["message"]
        assert (await _send(house, _again(4, 1)))["state"] == "delivered", "in another file it may stand again"


async def test_two_that_arrive_at_once_are_not_both_the_first(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: always}")
    async with gateway(tmp_path, _agreed("810")) as house:
        await asyncio.gather(*(house.send(_again(number, 1)) for number in range(1, 6)))
        await house.settle()
        states = sorted(item["state"] for item in (await house.get("/api/v1/documents?set=810"))["items"])
        assert states == ["delivered"] + ["rejected"] * 4


def _notice(number: int, purpose: str) -> str:
    """A ship notice that differs from the others but for its number."""
    text = ship_notice(number).replace(f"BSN*00*SHP{number}*", f"BSN*{purpose}*SHP1*")
    return text.replace("SN1*1*10*EA", f"SN1*1*{number}*EA")


async def test_what_is_a_correction_the_guide_says(tmp_path):
    """A replacement or cancellation names the number of what it replaces: the rule holds for originals alone."""
    _guide(tmp_path, "856", "BSN02: {unique: always, when: BSN01 = 00|06}")
    async with gateway(tmp_path, _agreed("856")) as house:
        sent = [
            await _send(house, _notice(number, purpose))
            for number, purpose in enumerate(("05", "00", "05", "04", "01", "00"), 1)
        ]
        assert [each["state"] for each in sent[1:5]] == ["delivered"] * 4
        assert sent[0]["state"] == "delivered", "what is no original doesn't take the number"
        [fault] = sent[5]["document"]["faults"]
        assert "ISA13 000000002" in fault["message"], "the first original counts"
        assert fault["fix"].endswith("or mark it as a correction: the rule holds where BSN01 is 00 or 06")


async def test_a_true_copy_is_a_copy_and_no_fault_however_old_the_first_one_is(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: always}")
    async with gateway(tmp_path, _agreed("810", duplicate_window="1s")) as house:
        first = await _send(house, invoice(1))
        clock = house.house.world.clock
        began = clock()
        await house.until(lambda: (clock() - began).total_seconds() > 1.1)
        again = await _send(house, invoice(1))
        assert again["id"] != first["id"]
        assert (again["state"], again["document"]["duplicate_of"]) == ("duplicate", first["document"]["id"])
        assert len(house.erp.bodies("invoice")) == 1


async def test_the_same_document_under_other_control_numbers_is_refused_as_what_it_is(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: 30d}")
    async with gateway(tmp_path, _agreed("810")) as house:
        await _send(house, invoice(1))
        [fault] = (await _send(house, _again(2, 1)))["document"]["faults"]
        assert "came before with the same content in ISA13 000000001" in fault["message"]
        assert fault["fix"] == "send each document once: the first one counts"


async def test_a_rejected_document_does_not_keep_its_number_from_the_right_one(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: always}")
    async with gateway(tmp_path, _agreed("810")) as house:
        assert (await _send(house, invoice(1).replace("*EA*12.5*", "*QQ*12.5*")))["state"] == "rejected"
        assert (await _send(house, _again(2, 1)))["state"] == "delivered"
        assert (await _send(house, _again(3, 1)))["state"] == "rejected"


async def test_a_test_document_takes_no_number_from_a_real_one(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: always}")
    async with gateway(tmp_path, _agreed("810")) as house:
        assert (await _send(house, invoice(1, usage="T")))["state"] == "set_aside"
        assert (await _send(house, _again(2, 1)))["state"] == "delivered"
        assert (await _send(house, _again(3, 1, usage="T")))["state"] == "rejected"


async def test_a_document_is_not_in_its_own_way_when_it_is_judged_again(tmp_path):
    """Parked for its totals it lets its number go: who comes first then counts, the corrected one or the replay."""
    _guide(tmp_path, "810", "BIG02: {unique: always}")
    async with gateway(tmp_path, _agreed("810", totals="refuse")) as house:
        world = house.house.world

        async def again(document: str) -> str:
            await world.ledger.tx(lambda uow: replay(uow, world, document, "asked", recompute=True))
            house.house.worker.wake([])
            await house.settle()
            return (await house.get(f"/api/v1/documents/{document}"))["state"]

        wrong = await _send(house, invoice(1).replace("CTT*2~", "CTT*5~"))
        assert wrong["state"] == "parked"
        assert await again(wrong["document"]["id"]) == "parked", "for its totals, as before"
        assert (await _send(house, _again(2, 1)))["state"] == "delivered"
        assert await again(wrong["document"]["id"]) == "rejected"
        [fault] = (await house.get(f"/api/v1/documents/{wrong['document']['id']}"))["document"]["faults"]
        assert "ISA13 000000002" in fault["message"], "now the corrected one holds the number"


async def test_what_an_824_refused_may_come_again_under_its_number(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: always}")
    async with gateway(tmp_path, _agreed("810", acknowledgment={"advice": "824"})) as house:
        house.erp.answers.append(422)
        refused = await _send(house, invoice(1))
        assert refused["state"] == "parked"
        assert (await _send(house, _again(2, 1)))["state"] == "delivered"


async def test_what_waits_for_the_erp_keeps_its_number(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: always}")
    async with gateway(tmp_path, _agreed("810")) as house:
        house.erp.answers.append(422)
        assert (await _send(house, invoice(1)))["state"] == "parked"
        assert (await _send(house, _again(2, 1)))["state"] == "rejected"


async def test_where_faults_are_let_pass_a_repeat_is_said_and_goes_on(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: always}")
    terms = {"acknowledgment": {"accept_with_errors": True}}
    async with gateway(tmp_path, _agreed("810", **terms)) as house:
        await _send(house, invoice(1))
        await house.outbox(SUPPLIER_KEY)
        assert (await _send(house, _again(2, 1)))["state"] == "delivered"
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "AK5")[0][1] == "E"


async def test_a_number_anywhere_in_a_document_may_have_to_be_unique(tmp_path):
    """An SSCC is given once: two cartons of two shipments can't have the same."""
    _guide(tmp_path, "856", "HL[03=P]/MAN02: {unique: 365d}")
    async with gateway(tmp_path, _agreed("856")) as house:
        await _send(house, ship_notice(1))
        [fault] = (await _send(house, ship_notice(2)))["document"]["faults"]
        assert fault["where"] == "856 ST02=0001 seg 8 HL>MAN[1]/02"
        other = ship_notice(3).replace("00006141410000000018", "00006141410000000025")
        assert (await _send(house, other))["state"] == "delivered"


def _many(*numbers: str) -> str:
    """One interchange with one group of many invoices."""
    body = invoice(7)
    head, rest = body.split("ST*810", 1)
    one, tail = ("ST*810" + rest).split("GE*1*", 1)
    sets = [
        one.replace("*0001~", f"*{count:04d}~").replace("INV7*", f"{number}*")
        for count, number in enumerate(numbers, 1)
    ]
    return head + "".join(sets) + f"GE*{len(numbers)}*{tail}"


async def test_in_a_large_interchange_the_first_one_counts_however_far_away_it_stands(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: 30d}")
    numbers = [f"N{count}" for count in range(450)]
    numbers[449] = "N0"
    async with gateway(tmp_path, _agreed("810")) as house:
        await house.send(_many(*numbers))
        await house.settle()
        [rejected] = (await house.get("/api/v1/documents?state=rejected"))["items"]
        assert rejected["control_number"] == "0450" and "this file: " in rejected["faults"][0]["message"]
        assert len(house.erp.bodies("invoice")) == 449


async def test_of_a_cut_interchange_nothing_holds_a_number(tmp_path):
    _guide(tmp_path, "810", "BIG02: {unique: 30d}")
    numbers = [f"N{count}" for count in range(250)]
    async with gateway(tmp_path, _agreed("810")) as house:
        whole = _many(*numbers)
        await house.send(whole[: whole.index("GE*250")])
        await house.settle()
        assert not house.erp.messages
        await house.send(whole)
        await house.settle()
        assert len(house.erp.bodies("invoice")) == 250
