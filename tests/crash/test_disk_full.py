"""A disk that is full while purchase orders are traded: who sends is told to come again, and all goes on once there is room.

The writes really fail: the data folder is a small file system that a ballast fills, or, where none may be mounted, the kernel
lets the process write no file beyond a size. The log lies on the same disk.
"""

import asyncio
import os
import resource
import subprocess
from contextlib import asynccontextmanager, contextmanager
from functools import cache

import aiohttp
import pytest

from tests.crash.lives import Lives
from tests.crash.orders import Trade, partners
from tests.crash.reference import ReferenceErp
from tests.support.house import write_config
from tests.support.x12 import invoice

PROOF = bool(os.environ.get("GATEWAY_PROOF"))
ORDERS, OURS = (250, 50) if PROOF else (8, 2)
_SIZE_MB = 64


class SmallDisk:
    """A file system of its own, which a ballast fills to the last byte."""

    def __init__(self, folder) -> None:
        self._ballast = folder / "ballast"

    def fill(self, _lives: Lives) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            for step in (1 << 16, 1 << 10, 1):
                try:
                    while file.write(b"\0" * step):
                        pass
                except OSError:
                    continue

    def make_room(self, _lives: Lives) -> None:
        self._ballast.unlink()


class SmallFiles:
    """No file of the process may be written beyond a few kilobytes (RLIMIT_FSIZE)."""

    def fill(self, lives: Lives) -> None:
        resource.prlimit(lives.pid, resource.RLIMIT_FSIZE, (8 << 10, resource.RLIM_INFINITY))

    def make_room(self, lives: Lives) -> None:
        resource.prlimit(lives.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def mounted(folder):
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SIZE_MB}m", "gateway-test", folder], check=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def limited(folder):
    folder.mkdir(parents=True)
    yield SmallFiles()


@cache
def may_mount() -> bool:
    """Whether this user may mount: where nobody else would see it, it is tried out."""
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "gateway-test", "/mnt"], capture_output=True, check=False
    )
    return tried.returncode == 0


DISKS = {"a full disk": mounted} if may_mount() else {}
if PROOF or not DISKS:
    DISKS["files that may not grow"] = limited


@asynccontextmanager
async def traded_on(folder, disk):
    """A gateway in a process of its own, a trade under way with it, and the disk that it writes to."""
    erp = ReferenceErp(folder / "erp.db")
    await erp.start()
    write_config(folder / "config", erp.address, *partners())
    data = folder / "data"
    try:
        with disk(data) as room:
            async with Lives.of(folder, 128, log=data / "gateway.log") as lives:
                await lives.begin("never", 0)
                trade = Trade([lives.address], data, erp, orders=ORDERS, ours=OURS)
                trading = asyncio.create_task(trade.run())
                try:
                    yield trade, lives, room
                    await asyncio.wait_for(trading, 120)
                finally:
                    trading.cancel()
                await trade.settled(f"sqlite:///{data / 'ledger.db'}")
                await lives.end()
            trade.check(f"sqlite:///{data / 'ledger.db'}")
    finally:
        await erp.stop()


@pytest.mark.parametrize("disk", DISKS.values(), ids=DISKS.keys())
async def test_while_the_disk_is_full_nothing_is_half_accepted_and_then_all_goes_on_by_itself(tmp_path, disk):
    async with traded_on(tmp_path, disk) as (trade, lives, room):
        await trade.reached(trade.documents // 2)
        room.fill(lives)
        large = invoice(999_999, sender=("ZZ", "ASH")).replace("Supplier Inc.", "S" * 200_000)
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer ash"}) as session:
            for body in (invoice(999_998, sender=("ZZ", "ASH")), large):
                headers = {"Content-Type": "application/edi-x12"}
                url = f"{lives.address}/api/v1/documents"
                async with session.post(url, data=body.encode(), headers=headers) as response:
                    problem = await response.json()
                    assert response.status in (503, 507), problem
                    assert "nothing of this request was accepted" in problem["detail"]
        before = trade.refused
        while trade.refused < before + 5:
            await asyncio.sleep(0.02)
        room.make_room(lives)
