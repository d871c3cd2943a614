"""Two receivers with an AS2 door each on one PostgreSQL: copies that come to both at once are one message with one receipt."""

import asyncio

from gateway.as2.terms import AskedReceipt
from gateway.bootstrap import RECEIVERS, WORKER
from tests.support.as2 import as2_partner, as2_supplier, own_as2, write_keys
from tests.support.erp import Erp
from tests.support.house import gateway
from tests.support.postgres import fresh_database
from tests.support.x12 import acknowledgment


async def test_copies_that_come_to_both_doors_at_once_get_one_receipt_and_are_delivered_once(tmp_path):
    write_keys(tmp_path)
    erp = Erp()
    await erp.start()
    with fresh_database() as url:
        async with as2_partner() as peer:
            party = as2_supplier(None, {"receive": {"reply_to": [peer.address]}})
            more = {"settings": {"as2": {"port": 0}}, "own": {"as2": own_as2()}, "erp": erp, "database_url": url}
            async with (
                gateway(tmp_path, party, roles=RECEIVERS, **more) as first,
                gateway(tmp_path, party, roles=RECEIVERS, **more) as second,
                gateway(tmp_path, party, roles=WORKER, **more) as worker,
            ):
                doors = [each.house.listeners[0].address for each in (first, second)]

                async def post(packed, door):
                    headers = dict(packed.headers.fields)
                    async with peer.session.post(door, data=packed.body.read(), headers=headers) as answer:
                        return answer.status, await answer.read()

                for number in range(1, 4):
                    packed = peer.pack(acknowledgment(number, f"PO{number}").encode())
                    answers = await asyncio.gather(*(post(packed, door) for door in doors * 4))
                    assert {status for status, _ in answers} == {200}
                    assert len({body for _, body in answers}) == 1, "two receipts were written for one message"
                later = peer.pack(acknowledgment(9, "PO9").encode(), receipt=AskedReceipt(url=peer.address))
                answers = await asyncio.gather(*(post(later, door) for door in doors * 4))
                assert {status for status, _ in answers} == {204}
                await peer.wait_for(peer.receipts)
                await worker.until(lambda: len(erp.messages) == 4)
                await worker.settle()
                assert len(erp.messages) == 4
                assert len({mdn.message_id for mdn in peer.receipts}) == 1
    await erp.stop()
