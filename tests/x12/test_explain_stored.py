"""What the ledger keeps of a fault is the explanation that the command line shows, guide and envelope included."""

from gateway.pipeline.views import DocumentQuery
from tests.support.house import gateway, supplier
from tests.support.x12 import invoice


async def _faults(folder, text: str) -> list[dict]:
    async with gateway(folder, supplier()) as house:
        await house.send(text)
        await house.settle()
        [document] = (await house.house.views.documents(DocumentQuery(), 0, 10)).items
        return document.faults


async def test_a_stored_fault_shows_its_place_and_an_example(tmp_path):
    [fault] = await _faults(tmp_path, invoice(1).replace("BIG*20261121", "BIG*20261341"))
    assert fault["shown"] == "BIG*20261341*INV1*20261101*PO1~"
    assert fault["marker"] == "    ^^^^^^^^"
    assert fault["example"] == "BIG*20260415*INV1*20261101*PO1~"
    assert (fault["expected"], fault["code"]) == ("a real date as CCYYMMDD", "date-invalid")


async def test_a_stored_fault_of_the_envelope_is_explained_too(tmp_path):
    [fault] = await _faults(tmp_path, invoice(1).replace("*0800*U*", "*2560*U*"))
    assert fault["marker"].strip() == "^^^^" and fault["shown"].startswith("ISA*00*")
    assert "*0800*U*" in fault["example"]
