"""Large interchanges go through in portions: memory stays bounded, nothing goes on before the end was read."""

from tests.support.house import SUPPLIER_KEY, gateway, supplier
from tests.support.x12 import elements, invoice


def many(count, *, cut=False, last_bad=False):
    """One interchange with ``count`` invoices in one group."""
    text = invoice(1)
    start, end = text.index("ST*"), text.index("GE*")
    body = text[start:end]
    sets = []
    for number in range(1, count + 1):
        made = body.replace("0001~", f"{number:04d}~").replace("INV1", f"INV{number}")
        sets.append(made)
    if last_bad:
        sets[-1] = sets[-1].replace("*EA*12.5*", "*QQ*12.5*")
    whole = text[:start] + "".join(sets) + text[end:].replace("GE*1*", f"GE*{count}*")
    return whole[: len(whole) - 60] if cut else whole


async def test_five_hundred_documents_in_one_interchange(tmp_path):
    async with gateway(tmp_path) as house:
        data = many(500, last_bad=True)
        assert len(data) > 64 << 10, "larger than what is read on the event loop"
        receipt = await (await house.send(data)).json()
        await house.until(lambda: len(house.erp.messages) == 499)
        await house.settle()
        assert {b["invoice_number"] for b in house.erp.bodies("invoice")} == {f"INV{n}" for n in range(1, 500)}
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "AK9") == [["AK9", "P", "500", "500", "499"]]
        assert [segment[1] for segment in elements(answer, "AK5")].count("A") == 499
        found = await house.get(receipt["location"])
        assert len(found["documents"]) == 500
        assert {d["acknowledgment"] for d in found["documents"]} == {"accepted", "rejected"}
        assert (await house.get("/api/v1/cases"))["items"][0]["cause"] == "document-rejected"


async def test_a_large_interchange_that_is_cut_delivers_nothing(tmp_path):
    async with gateway(tmp_path) as house:
        receipt = await (await house.send(many(450, cut=True))).json()
        await house.settle()
        found = await house.get(receipt["location"])
        assert {d["state"] for d in found["documents"]} == {"rejected"}
        assert not house.erp.messages
        [answer] = await house.outbox(SUPPLIER_KEY)
        assert elements(answer, "TA1")[0][4:] == ["R", "023"]


async def test_a_second_copy_of_a_large_interchange_is_all_duplicates(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(many(420))
        await house.until(lambda: len(house.erp.messages) == 420)
        await house.settle()
        [first] = await house.outbox(SUPPLIER_KEY)
        receipt = await (await house.send(many(420).replace("~", "~\n"))).json()
        await house.settle()
        found = await house.get(receipt["location"])
        assert {d["state"] for d in found["documents"]} == {"duplicate"}
        assert len(house.erp.messages) == 420
        assert await house.outbox(SUPPLIER_KEY) == [first], "the first answer waits once more, byte for byte"
        assert first


async def test_a_large_document_of_its_own(tmp_path):
    """One 810 with 3000 lines: over 64 KiB, so that its bytes lie in a file of the vault."""
    text = invoice(1)
    lines = "".join(f"IT1*{n}*1*EA*2*PE*BP*B-{n}~" for n in range(3, 3001))
    more = text.replace("TDS*", lines + "TDS*").replace("CTT*2", "CTT*3000")
    start, end = more.index("ST*"), more.index("SE*")
    count = more[start:end].count("~") + 1
    more = more[:end] + f"SE*{count}*0001~" + more[more.index("GE*") :]
    async with gateway(tmp_path, supplier()) as house:
        await house.send(more)
        await house.until(lambda: len(house.erp.messages) == 1)
        assert len(house.erp.bodies("invoice")[0]["lines"]) == 3000
        kept = [path for path in (tmp_path / "data" / "vault").rglob("*") if path.is_file()]
        assert more.encode() in [path.read_bytes() for path in kept]
