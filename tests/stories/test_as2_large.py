"""Messages that fit into no memory, in and out: a gateway of its own takes no more of it for a large one than for a small one.

Under GATEWAY_PROOF the large one has a gigabyte.
"""

import asyncio
import os
import re
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from gateway.as2.headers import from_pairs
from gateway.as2.message import Marks, Payload, pack
from gateway.as2.slices import Slice
from gateway.stamps import utc_now
from gateway.transports.as2.spooling import Spools
from tests.support.as2 import AS2Partner, as2_supplier, own_as2, spool, write_keys
from tests.support.house import write_config

SMALL, LARGE = 1 << 20, (1 << 30) if os.environ.get("GATEWAY_PROOF") else 48 << 20


@asynccontextmanager
async def served(folder: Path):
    """Run `gateway serve` as its users do; yield its process and the address of its AS2 door."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    environment |= {"GATEWAY_CONFIG_DIR": str(folder / "config"), "GATEWAY_DATA_DIR": str(folder / "data")}
    log = (folder / "log").open("wb")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "serve"), env=environment | {"GATEWAY_PORT": "0"}, stdout=log, stderr=log
    )
    try:
        async with asyncio.timeout(60):
            while not (found := re.search(r"http://127\.0\.0\.1:\d+/as2", (folder / "log").read_text())):
                await asyncio.sleep(0.1)
        yield process, found[0], environment
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
        log.close()


def peak(process) -> int:
    """The most memory that a process has had, in bytes; from then on it is measured anew."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10


def written(folder: Path, size: int) -> Path:
    """A file of noise, which nothing can compress."""
    path = folder / f"{size}.bin"
    block = os.urandom(1 << 20)
    with path.open("wb") as file:
        for _ in range(size >> 20):
            file.write(block)
    return path


def write(folder: Path, url: str) -> None:
    write_keys(folder)
    channel = {"receipt": {"ask": "none"}, "send": {"retry": ["1s"]}}
    gateway = {"as2": {"port": 0}, "limits": {"transmission_mb": 4096}}
    write_config(
        folder / "config", "http://127.0.0.1:9", as2_supplier(url, channel), gateway=gateway, own={"as2": own_as2()}
    )


async def chunks_of(packed):
    for chunk in packed.body.chunks():
        yield chunk


def _allowed(small: int) -> int:
    return max(small * 12 // 10, small + (LARGE // 3 if LARGE < 1 << 28 else 0))


@pytest.mark.parametrize("compress", ["none", "before-signing"])
async def test_a_large_message_is_taken_in_with_the_memory_of_a_small_one(tmp_path, compress):
    write(tmp_path, "http://127.0.0.1:9/as2")
    async with served(tmp_path) as (process, door, _), aiohttp.ClientSession() as session:
        peer, peaks = AS2Partner(session), []
        for size in (SMALL, LARGE):
            path = written(tmp_path, size)
            with path.open("rb") as file, Spools(spool) as spools:
                marks = Marks(f"<{size}@supplier.example>", utc_now(), os.urandom)
                packed = pack([Payload(Slice(file), path.name, "")], peer.terms(compress=compress), marks, spools)
                headers = dict(packed.headers.fields)
                timeout = aiohttp.ClientTimeout(total=1200)
                async with session.post(door, data=chunks_of(packed), headers=headers, timeout=timeout) as answer:
                    assert answer.status == 200
                    assert peer.read(from_pairs(answer.raw_headers), await answer.read()).disposition.is_processed
            path.unlink()
            peaks.append(peak(process))
        assert peaks[1] < _allowed(peaks[0]), f"{peaks[0] >> 20} MB for 1 MB, {peaks[1] >> 20} MB for {LARGE >> 20} MB"


async def test_a_large_message_is_sent_with_the_memory_of_a_small_one(tmp_path):
    sizes = []

    async def take(request):
        size = 0
        async for chunk in request.content.iter_chunked(1 << 18):
            size += len(chunk)
        sizes.append(size)
        return web.Response(status=204)

    app = web.Application(client_max_size=1 << 40)
    app.router.add_post("/as2", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        write(tmp_path, f"http://127.0.0.1:{runner.addresses[0][1]}/as2")
        async with served(tmp_path) as (process, _, environment):
            peaks = []
            for size in (SMALL, LARGE):
                path = written(tmp_path, size)
                command = (sys.executable, "-m", "gateway", "as2", "send", str(path), "--to", "supplier")
                sending = await asyncio.create_subprocess_exec(
                    *(*command, "--wait", "600"), env=environment, stdout=asyncio.subprocess.PIPE
                )
                out, _ = await sending.communicate()
                assert sending.returncode == 0, out
                path.unlink()
                peaks.append(peak(process))
        assert [size < sent < size * 1.01 + 20000 for size, sent in zip((SMALL, LARGE), sizes, strict=True)] == [
            True
        ] * 2
        assert peaks[1] < _allowed(peaks[0]), f"{peaks[0] >> 20} MB for 1 MB, {peaks[1] >> 20} MB for {LARGE >> 20} MB"
    finally:
        await runner.cleanup()
