"""A supplier who works over SFTP: it uploads invoices, fetches orders and acknowledgments, and finds out what was refused."""


import pytest

from tests.support.sftp import Keys, mailbox, openssh
from tests.support.x12 import elements, invoice


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "keys")


async def test_an_upload_is_taken_in_and_its_acknowledgment_waits_in_outbound(tmp_path, keys):
    (tmp_path / "invoice.edi").write_text(invoice())
    async with mailbox(tmp_path, keys) as house:
        await openssh(house, keys, f"put {tmp_path}/invoice.edi inbound/", "ls -la inbound")
        await house.until(lambda: len(house.erp.bodies("invoice")) == 1)
        await house.settle()
        listed = await openssh(house, keys, "ls -1 outbound", f"get outbound/* {tmp_path}/")
        assert "997_000000001.edi" in listed
        assert elements((tmp_path / "997_000000001.edi").read_text(), "AK9")[0][1] == "A"
