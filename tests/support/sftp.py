"""Clients of our SFTP server for tests: OpenSSH's own program, and asyncssh with raw requests."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh

from gateway.transports.sftp.host_keys import write_secret
from tests.support.house import Running, gateway, supplier

SETTINGS = {"sftp": {"port": 0, "login_within": "20s"}}
SFTP = shutil.which("sftp") or "sftp"


class Keys:
    """Key pairs of one test, made on the spot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, asyncssh.SSHKey] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def key(self, name: str = "partner", kind: str = "ssh-ed25519", **more: Any) -> asyncssh.SSHKey:
        if name not in self.made:
            key = self.made[name] = asyncssh.generate_private_key(kind, comment=name, **more)
            key.write_private_key(self.folder / name)
            (self.folder / name).chmod(0o600)
        return self.made[name]

    def line(self, name: str = "partner", **more: Any) -> str:
        """The public key as a partner file has it."""
        return self.key(name, **more).export_public_key().decode().strip()

    def path(self, name: str = "partner") -> Path:
        self.key(name)
        return self.folder / name


def account(keys: Keys, /, **changes: Any) -> dict[str, Any]:
    """A supplier with a mailbox."""
    mailbox = {"keys": [keys.line()]} | changes
    return supplier(channels={"sftp": {"account": mailbox}}, defaults={"transport": "sftp"})


def port_of(house: Running) -> int:
    """Where the SFTP server of a gateway listens."""
    [address] = [each.address for each in house.house.listeners if each.address.startswith("sftp://")]
    return int(address.rpartition(":")[2])


@asynccontextmanager
async def mailbox(folder: Path, keys: Keys, /, **changes: Any) -> AsyncIterator[Running]:
    """A gateway with a mailbox for a supplier. It has one host key from the start: making an RSA key takes its time."""
    place = folder / "data" / "sftp" / "host_keys"
    if not place.exists():
        place.mkdir(parents=True, mode=0o700)
        write_secret(place / "ed25519-1", keys.key("host").export_private_key())
    async with gateway(folder, account(keys, **changes), settings=SETTINGS) as house:
        yield house


@asynccontextmanager
async def connected(house: Running, keys: Keys, user: str = "supplier", key: str = "partner", **more: Any):
    """A connection of asyncssh; its host key is not looked at here, because tests of our own client do that."""
    options = {
        "username": user,
        "client_keys": [keys.key(key)],
        "known_hosts": None,
        "config": None,
        "agent_path": None,
    }
    async with asyncssh.connect("127.0.0.1", port_of(house), **(options | more)) as connection:
        yield connection


@asynccontextmanager
async def client(house: Running, keys: Keys, **more: Any):
    """An SFTP client of asyncssh."""
    async with connected(house, keys, **more) as connection, connection.start_sftp_client() as sftp:
        yield sftp


async def openssh(
    house: Running, keys: Keys, *commands: str, user: str = "supplier", key: str = "partner", ok: bool = True
):
    """Run commands in OpenSSH's sftp; return its output and errors together."""
    keys.path(key)
    process = await asyncio.create_subprocess_exec(
        SFTP, "-q", "-F", "none", "-b", "-", "-P", str(port_of(house)), "-i", str(keys.folder / key),
        "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={keys.folder}/known",
        "-o", "IdentityAgent=none", f"{user}@127.0.0.1",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(120):
        output, _ = await process.communicate("\n".join([*commands, ""]).encode())
    text = output.decode(errors="replace")
    assert (process.returncode == 0) == ok, text
    return text
