"""824 in both directions: we say why a readable document was refused, and what a partner refuses reaches a person."""

import pytest

from gateway.pipeline.oversight.replay import replay
from gateway.x12.report import report
from gateway.x12.validator import validate
from tests.stories.test_buyer import ORDER
from tests.stories.test_seller import BODIES
from tests.support.house import CUSTOMER_KEY, SUPPLIER_KEY, gateway, supplier
from tests.support.x12 import acknowledgment, elements, functional, interchange, invoice

TERMS = {"acknowledgment": {"advice": "824"}}


def _of(texts: list[str], set_id: str) -> list[str]:
    return [text for text in texts if elements(text, "ST")[0][1] == set_id]


def advice(group: str, verdict: str = "TR", number: int = 90, **more) -> str:
    """An 824 of the supplier about the only set of a group of ours."""
    body = f"""BGN*00*ADV1*20261121*0800
    OTI*{verdict}*PO*PO1*****{group}*0001*850*004010
    TED*007*no ship date
    NTE*ADD*our planning needs one for every line"""
    return interchange(body, set_id="824", group="AG", number=number, **more)


async def _cases(house, cause: str) -> list[dict]:
    return [case for case in (await house.get("/api/v1/cases"))["items"] if case["cause"] == cause]


async def test_totals_that_differ_are_told_to_the_partner_once(tmp_path):
    async with gateway(tmp_path, supplier(defaults=TERMS | {"totals": "refuse"})) as house:
        await house.send(invoice(7).replace("CTT*2~", "CTT*5~"))
        await house.settle()
        sent = await house.outbox(SUPPLIER_KEY)
        assert elements(_of(sent, "997")[0], "AK9")[0][1] == "A"  # It could be read,
        [told] = _of(sent, "824")  # but not be booked.
        assert report("824", told.encode(), validate).clean
        assert elements(told, "GS")[0][1:4] == ["AG", "ACMEWORKS", "SUPPLIER"]
        [oti] = elements(told, "OTI")
        assert (oti[1:4], oti[8:12]) == (["TR", "IV", "INV7"], ["7", "0001", "810", "004010"])
        assert elements(told, "REF") == [["REF", "PO", "PO1"]]
        [case] = await _cases(house, "totals-differ")
        [ted] = elements(told, "TED")
        assert ted[1] == "011" and case["detail"].startswith(ted[2])

        # Tried again it is refused again, but not told again.
        world = house.house.world
        await world.ledger.tx(lambda uow: replay(uow, world, case["subject"], "asked", recompute=False))
        house.house.worker.wake([])
        await house.settle()
        assert len(await _cases(house, "totals-differ")) == 1
        assert _of(await house.outbox(SUPPLIER_KEY), "824") == []


async def test_what_the_erp_refuses_is_told_with_its_reason_and_the_997_for_it_comes_home(tmp_path):
    async with gateway(tmp_path, supplier(defaults=TERMS)) as house:
        house.erp.answers.append(422)
        await house.send(acknowledgment(3))
        await house.settle()
        assert len(await _cases(house, "erp-rejected")) == 1
        [told] = _of(await house.outbox(SUPPLIER_KEY), "824")
        assert elements(told, "OTI")[0][1:4] == ["TR", "PO", "PO1"]
        [ted] = elements(told, "TED")
        assert ted[1] == "024" and "told to" in ted[2]
        assert "ERP" not in told and "replay" not in told

        group = elements(told, "GS")[0][6]
        await house.send(functional("AG", group, "824", "0001", number=50))
        await house.settle()
        assert await _cases(house, "acknowledgment-orphan") == []
        [record] = (await house.get("/api/v1/documents?set=824"))["items"]
        assert (record["direction"], record["state"], record["acknowledgment"]) == ("outbound", "sent", "accepted")


async def test_without_an_agreement_on_it_no_824_goes_out(tmp_path):
    async with gateway(tmp_path, supplier(defaults={"totals": "refuse"})) as house:
        await house.send(invoice(7).replace("CTT*2~", "CTT*5~"))
        await house.settle()
        assert len(await _cases(house, "totals-differ")) == 1
        assert _of(await house.outbox(SUPPLIER_KEY), "824") == []


async def _order_sent(house) -> str:
    """Send an order; return the number of its group."""
    await house.order(ORDER)
    await house.settle()
    [sent] = await house.outbox(SUPPLIER_KEY)
    return elements(sent, "GS")[0][6]


async def test_a_partner_s_824_reaches_a_person_with_its_words(tmp_path):
    async with gateway(tmp_path) as house:
        group = await _order_sent(house)
        await house.send(functional("PO", group, "850", "0001"))
        await house.send(advice(group))
        await house.settle()
        [case] = await _cases(house, "advice-rejected")
        [order] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert case["subject"] == order["id"]
        assert "refused by the business" in case["detail"] and "the document is rejected (TR)" in case["detail"]
        assert "007 missing data: no ship date our planning needs one for every line" in case["detail"]
        assert order["acknowledgment"] == "accepted"  # It could be read all the same.
        answers = await house.outbox(SUPPLIER_KEY)
        assert [elements(text, "AK1")[0][1] for text in answers] == ["AG"]  # A 997 for the 824, and no 824 for it.


async def test_an_824_that_accepts_opens_no_case(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(advice(await _order_sent(house), "TA"))
        await house.settle()
        assert (await house.get("/api/v1/cases"))["items"] == []


async def test_an_824_that_names_only_the_order_finds_it(tmp_path):
    async with gateway(tmp_path) as house:
        await _order_sent(house)
        await house.send(advice("7").replace("*PO1*****7*0001*850", "*PO1*******850"))
        await house.settle()
        assert len(await _cases(house, "advice-rejected")) == 1


async def _sent_by_us(house, number: str) -> None:
    """Send an invoice or ship notice to the customer."""
    kind, name = ("ship_notice", "shipment_number") if number.startswith("SHP") else ("invoice", "invoice_number")
    body = BODIES[kind] | {name: number}
    made = await house.order({"type": kind, "partner": "customer", "body": body})
    assert made.status == 202, await made.text()
    await house.settle()


def _customers_advice(reference: str, set_id: str = "", number: int = 91, more: str = "") -> str:
    """An 824 of the customer that has none of our control numbers."""
    body = f"BGN*00*ADV{number}*20261121*0800\nOTI*TR*{reference}{'*' * 7 if set_id else ''}{set_id}\n{more}TED*007*no such price"
    return interchange(body, set_id="824", group="AG", number=number, sender=("01", "123456789"))


@pytest.mark.parametrize(
    ("number", "reference", "set_id", "more"),
    [
        ("INV-7", "IV*INV-7", "810", ""),
        ("INV-7", "IV*INV-7", "", ""),
        ("INV-7", "TN*4711", "810", "REF*IV*INV-7\n"),
        ("SHP-7", "SI*SHP-7", "856", ""),
    ],
    ids=["OTI", "no set", "REF", "856"],
)
async def test_an_824_that_names_only_the_number_of_a_document_finds_it(tmp_path, number, reference, set_id, more):
    async with gateway(tmp_path) as house:
        await _sent_by_us(house, number)
        await _sent_by_us(house, f"{number}8")
        await house.send(_customers_advice(reference, set_id, more=more), CUSTOMER_KEY)
        await house.settle()
        [case] = await _cases(house, "advice-rejected")
        [document] = (await house.get(f"/api/v1/documents?document_number={number}"))["items"]
        assert case["subject"] == document["id"] and "no such price" in case["detail"]
        assert await _cases(house, "acknowledgment-orphan") == []


async def test_an_824_is_about_documents_of_its_sender_and_of_the_set_it_names(tmp_path):
    async with gateway(tmp_path) as house:
        await _sent_by_us(house, "INV-7")
        await house.send(_customers_advice("IV*INV-7", "856"), CUSTOMER_KEY)
        other = _customers_advice("IV*INV-7", "810").replace("*01*123456789      *", "*ZZ*SUPPLIER       *")
        await house.send(other)
        await house.settle()
        assert len(await _cases(house, "acknowledgment-orphan")) == 2
        assert await _cases(house, "advice-rejected") == []


async def test_of_several_invoices_for_an_order_an_824_that_names_the_order_alone_takes_none(tmp_path):
    async with gateway(tmp_path) as house:
        for number in ("INV-7", "INV-8"):
            await _sent_by_us(house, number)
        [first, _second] = (await house.get("/api/v1/documents?set=810"))["items"]
        await house.send(_customers_advice(f"PO*{first['order_number']}", "810"), CUSTOMER_KEY)
        await house.settle()
        assert len(await _cases(house, "acknowledgment-orphan")) == 1
        assert await _cases(house, "advice-rejected") == []


async def test_an_824_that_comes_again_is_a_copy_and_gets_the_first_997_again(tmp_path):
    async with gateway(tmp_path) as house:
        text = advice(await _order_sent(house))
        await house.send(text)
        await house.settle()
        [answer] = await house.outbox(SUPPLIER_KEY)
        await house.send(text.replace("~", "~\n"))
        await house.settle()
        items = (await house.get("/api/v1/documents?set=824"))["items"]
        assert [item["state"] for item in items] == ["reconciled", "duplicate"]
        assert items[1]["duplicate_of"] == items[0]["id"]
        [order] = (await house.get("/api/v1/documents?set=850"))["items"]
        timeline = (await house.get(f"/api/v1/documents/{order['id']}"))["timeline"]
        assert [event["type"] for event in timeline].count("advice.received") == 1
        again = await house.get(f"/api/v1/documents/{items[0]['id']}")
        assert again["acknowledgments"][0]["content"] == answer


async def test_an_824_with_other_words_under_used_numbers_is_refused(tmp_path):
    async with gateway(tmp_path) as house:
        text = advice(await _order_sent(house))
        await house.send(text)
        await house.settle()
        await house.outbox(SUPPLIER_KEY)
        await house.send(text.replace("no ship date", "no price at all"))
        await house.settle()
        assert len(await _cases(house, "numbers-reused")) == 1
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "AK5")[0] == ["AK5", "R", "23"]


async def test_an_824_about_nothing_that_we_sent_changes_nothing(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(advice("4711"))
        await house.settle()
        [case] = await _cases(house, "acknowledgment-orphan")
        assert "824 answers 850 PO1" in case["detail"] and "no ship date" in case["detail"]


async def test_a_faulty_824_is_rejected_like_any_other_document(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(advice(await _order_sent(house)).replace("BGN*00*ADV1", "BGN*QQ*ADV1"))
        await house.settle()
        assert len(await _cases(house, "document-rejected")) == 1
        assert await _cases(house, "advice-rejected") == []


async def test_of_two_997s_for_one_group_the_graver_verdict_stays(tmp_path):
    async with gateway(tmp_path) as house:
        group = await _order_sent(house)
        for number, verdict in enumerate(("E", "A"), 90):
            await house.send(functional("PO", group, "850", "0001", verdict, number))
            await house.settle()
        [order] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert order["acknowledgment"] == "accepted_with_errors"
        await house.send(functional("PO", group, "850", "0001", "R", 92))
        await house.send(functional("PO", group, "850", "0001", "A", 93))
        await house.settle()
        [order] = (await house.get("/api/v1/documents?direction=outbound"))["items"]
        assert order["acknowledgment"] == "rejected"


async def test_what_a_999_says_of_our_guide_is_put_into_words(tmp_path):
    async with gateway(tmp_path) as house:
        group = await _order_sent(house)
        body = f"""AK1*PO*{group}*004010
        AK2*850*0001
        IK3*PO1*5**8
        CTX*SITUATIONAL TRIGGER*PO1*5
        IK4*3*355*I6*EA
        IK5*R*5
        AK9*R*1*1*0"""
        await house.send(interchange(body, set_id="999", group="FA", number=91, version="005010"))
        await house.settle()
        [case] = await _cases(house, "acknowledgment-rejected")
        assert "segment 5 PO103: AK403 I6: code not used by the guide, value 'EA'" in case["detail"]
