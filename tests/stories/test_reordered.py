"""The papers of an order come in the wrong order, twice and at once: the ERP has each once, and nobody is asked anything."""

import asyncio
import itertools

import pytest

from tests.support.house import gateway, supplier
from tests.support.x12 import acknowledgment, elements, invoice, ship_notice

PAPERS = {"order_acknowledgment": acknowledgment(1), "ship_notice": ship_notice(2), "invoice": invoice(3)}


@pytest.mark.parametrize("sequence", list(itertools.permutations(PAPERS))[1::2], ids=" ".join)
async def test_in_whatever_order_papers_arrive_each_is_delivered_once(tmp_path, sequence):
    folder = {"folder": {"outbound": "out"}, "rest": {}}
    async with gateway(tmp_path, supplier(channels=folder, defaults={"transport": "folder"})) as house:
        for kind in sequence:
            text = PAPERS[kind]
            copies = (text, text.replace("~", "~\n"), text.replace("~", "~\r\n"), text)
            answers = await asyncio.gather(*(house.send(copy) for copy in copies))
            assert {answer.status for answer in answers} == {202}
        await house.settle()
        assert {kind: len(house.erp.bodies(kind)) for kind in PAPERS} == dict.fromkeys(PAPERS, 1)
        states = sorted(each["state"] for each in (await house.get("/api/v1/documents"))["items"])
        assert states == ["delivered"] * 3 + ["duplicate"] * 6
        answers = [path.read_text() for path in (tmp_path / "data" / "out").iterdir()]
        assert sorted(elements(text, "AK1")[0][1] for text in answers) == ["IN", "PR", "SH"], "one answer for each"
        assert (await house.get("/api/v1/cases"))["items"] == []
