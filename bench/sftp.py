"""Our SFTP server beside OpenSSH's own, with OpenSSH's client, on one machine in one run.

    .venv/bin/python -m bench.sftp [--megabytes N] [--files N]

A large file is put and got, then many small interchanges are put over one connection. Ours stores each of them durably in the
ledger before it answers, and reads and answers it meanwhile; OpenSSH's writes it to the file system and flushes nothing. The
runs take turns, and the best of three counts. `GATEWAY_SSHD` names an sshd that is not on the path.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from bench.machine import machine
from bench.pipeline import invoice
from gateway.bootstrap import House, build
from gateway.ledger.engine import make_engine
from gateway.logs import set_up_logs
from gateway.server import run, settle_memory
from gateway.settings import Environment, load_settings
from tests.support.house import supplier, write_config
from tests.support.sftp import Keys
from tests.support.sshd import Sshd, sshd_path

ROUNDS = 3
SFTP = shutil.which("sftp")


async def serve(config: Path, data: Path) -> None:
    """Serve as `gateway serve` does, and say on which port SFTP is."""
    set_up_logs("json", "error")
    house = await build(load_settings(Environment(config_dir=config, data_dir=data, port=0)))
    settle_memory()
    await run(house, asyncio.Event(), lambda _address: print(port_of(house), flush=True))


def port_of(house: House) -> str:
    return next(each.address for each in house.listeners if each.address.startswith("sftp")).rpartition(":")[2]


class Client:
    """OpenSSH's client, with the same cipher for both servers."""

    def __init__(self, keys: Keys, folder: Path) -> None:
        self.keys, self.folder = keys, folder

    async def batch(self, port: int, user: str, key: str, *commands: str) -> float:
        """Run commands over one connection; return the seconds it took, connecting included."""
        how = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes")
        how += ("-o", "IdentityAgent=none", "-o", "LogLevel=ERROR", "-o", "Ciphers=aes128-gcm@openssh.com")
        begin = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            SFTP, "-q", "-F", "none", *how, "-i", str(self.keys.path(key)), "-P", str(port), "-b", "-", f"{user}@127.0.0.1",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate("\n".join([*commands, ""]).encode())
        assert process.returncode == 0, said.decode()[-2000:]
        return time.perf_counter() - begin


def peak(pid: int) -> int:
    """Return the most memory that a process has had, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) >> 10


async def measure(folder: Path, megabytes: int, count: int) -> dict[str, float]:
    keys, best = Keys(folder / "keys"), {}
    theirs = Sshd(keys, folder / "theirs", "openssh" if sshd_path() else "plain")
    theirs.make("in")
    await theirs.start()
    mailbox = {"keys": [keys.line("ours")], "unfinished_mb": 1 << 13}
    partner = supplier(channels={"sftp": {"account": mailbox}}, defaults={"transport": "sftp"})
    settings = {
        "sftp": {"port": 0},
        "limits": {"transmission_mb": 2048},
        "erps": {"main": {"kind": "folder", "path": "erp"}},
    }
    write_config(folder / "config", "http://127.0.0.1:9", partner, gateway=settings)
    ours = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.sftp", "--serve", str(folder / "config"), str(folder / "data"),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    port = int(await ours.stdout.readline())
    client = Client(keys, folder)
    big = folder / "big.txt"

    def note(name: str, seconds: float) -> None:
        best[name] = min(best.get(name, seconds), seconds)

    try:
        for turn in range(ROUNDS):
            big.write_bytes(os.urandom(1 << 20) * megabytes)
            small = folder / f"small{turn}"
            small.mkdir()
            for number in range(count):
                (small / f"{turn}-{number}.edi").write_bytes(padded(turn * count + number + 1))
            note(
                "put theirs",
                await client.batch(theirs.port, theirs.user, "ours", f"put {big} {theirs.path('in/big.txt')}"),
            )
            note("put ours", await client.batch(port, "supplier", "ours", f"put {big} inbound/big{turn}.txt"))
            got = folder / "got"
            note(
                "get theirs",
                await client.batch(theirs.port, theirs.user, "ours", f"get {theirs.path('in/big.txt')} {got}"),
            )
            await until_rejected(client, port, f"big{turn}.txt")
            note("get ours", await client.batch(port, "supplier", "ours", f"get rejected/big{turn}.txt {got}"))
            assert got.read_bytes() == big.read_bytes()
            mput = await client.batch(
                theirs.port, theirs.user, "ours", f"cd {theirs.path('in')}", f"mput {small}/*.edi"
            )
            note("small theirs", mput)
            note("small ours", await client.batch(port, "supplier", "ours", "cd inbound", f"mput {small}/*.edi"))
            shutil.rmtree(small)
        best["memory"] = peak(ours.pid)
    finally:
        ours.kill()
        await ours.wait()
        await theirs.stop()
    assert stored(folder / "data") == ROUNDS * (count + 1), "an upload was answered and is not in the ledger"
    return best


def padded(number: int) -> bytes:
    """Return an interchange of about 3 KB."""
    data = invoice(number)
    return data + b"\n" * max(3072 - len(data), 0)


async def until_rejected(client: Client, port: int, name: str) -> None:
    """Wait until the large file, which is no X12, was read and put aside."""
    for _ in range(300):
        try:
            await client.batch(port, "supplier", "ours", f"ls rejected/{name}")
        except AssertionError:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError(f"{name} did not come to rejected/")


def stored(data: Path) -> int:
    """Count what the ledger holds of uploads."""
    with make_engine(f"sqlite:///{data / 'ledger.db'}").connect() as connection:
        query = "select count(*) from transmissions where transport = 'sftp' and direction = 'inbound'"
        return int(connection.exec_driver_sql(query).scalar() or 0)


async def main(megabytes: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        best = await measure(folder, megabytes, count)
    print(f"{machine()}; beside {'OpenSSH' if sshd_path() else 'a plain asyncssh server (no sshd here)'}")
    print(f"{'':28}{'ours':>12}{'theirs':>12}{'ratio':>8}")
    for what in ("put", "get"):
        ours, theirs = best[f"{what} ours"], best[f"{what} theirs"]
        print(f"{f'{what} {megabytes} MB, seconds':28}{ours:12.2f}{theirs:12.2f}{ours / theirs:8.2f}")
    ours, theirs = count / best["small ours"], count / best["small theirs"]
    print(f"{f'put {count} x 3 KB, a second':28}{ours:12,.0f}{theirs:12,.0f}{theirs / ours:8.2f}")
    print(f"peak memory of the gateway: {best['memory']:.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--serve", nargs=2, type=Path)
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(serve(*asked.serve))
    else:
        asyncio.run(main(asked.megabytes, asked.files))
