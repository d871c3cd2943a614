"""A simulated supplier that knows nothing but SFTP, as the job that a small supplier runs: put, fetch, look into rejected/, end.

    python -m gateway.demo.sftp_desk PORT FOLDER       FOLDER has its key and known_hosts; prints what it saw as JSON

It puts an 855 that is right and one that is wrong, each under a temporary name that it renames, fetches the 997 for both from
outbound/, and reads in rejected/ why one was refused. It ends with 1, and words, when that did not come about.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import asyncssh

PARTNER, US, THEM = "sftp-shop", "DEMOSMALLWORKS", "DEMOBUYER"
_SECONDS = 40
_PROMISE = (
    "BAK*00*AD*PO-2025-0917*{date}****SO-3301*20261121~PO1*1*12*EA*7.50*PE*BP*B-3310~ACK*IA*12*EA*068*20261204~CTT*1"
)


def _promise(number: int, date: str) -> bytes:
    """Write an 855 about an order of that date."""
    segments = _PROMISE.format(date=date).split("~")
    return (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{US:<15}*ZZ*{THEM:<15}*261121*0800*U*00401*{number:09d}*0*P*>~"
        f"GS*PR*{US}*{THEM}*20261121*0800*{number}*X*004010~ST*855*0001~{'~'.join(segments)}~"
        f"SE*{len(segments) + 2}*0001~GE*1*{number}~IEA*1*{number:09d}~"
    ).encode()


FILES = {"promise-1.edi": _promise(1, "20261120"), "promise-2.edi": _promise(2, "20261340")}


async def trade(port: int, folder: Path) -> dict[str, Any]:
    """Do the job; return the acknowledgments that were fetched, and for each refused file what is to be fixed."""
    options = {"client_keys": [str(folder / "key")], "known_hosts": str(folder / "known_hosts")}
    async with (
        asyncssh.connect("127.0.0.1", port, username=PARTNER, config=None, agent_path=None, **options) as connection,
        connection.start_sftp_client() as sftp,
    ):
        for name, data in FILES.items():
            async with sftp.open(f"inbound/{name}.part", "wb") as file:
                await file.write(data)
            await sftp.rename(f"inbound/{name}.part", f"inbound/{name}")
        fetched: dict[str, str] = {}
        while len(fetched) < len(FILES):
            for name in await _names(sftp, "outbound"):
                fetched[name] = await _read(sftp, f"outbound/{name}")
            await asyncio.sleep(0.2)
        reports = [name for name in await _names(sftp, "rejected") if name.endswith(".json")]
        told = [json.loads(await _read(sftp, f"rejected/{name}")) for name in reports]
    explained = {
        each["file"]: [fault["fix"] for document in each["documents"] for fault in document["faults"]] for each in told
    }
    return {"fetched": fetched, "explained": explained}


async def _names(sftp: asyncssh.SFTPClient, folder: str) -> list[str]:
    return [name for each in await sftp.listdir(folder) if (name := str(each)) not in (".", "..")]


async def _read(sftp: asyncssh.SFTPClient, path: str) -> str:
    async with sftp.open(path, "rb") as file:
        data = await file.read()
    return data if isinstance(data, str) else data.decode()


async def _main(port: int, folder: Path) -> int:
    try:
        async with asyncio.timeout(_SECONDS):
            seen = await trade(port, folder)
    except TimeoutError:
        sys.stdout.write(f"no acknowledgments came into outbound/ within {_SECONDS} s\n")
    except (asyncssh.Error, OSError) as error:
        sys.stdout.write(f"{type(error).__name__}: {error}\n")
    else:
        sys.stdout.write(json.dumps(seen) + "\n")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(int(sys.argv[1]), Path(sys.argv[2]))))
