"""Goes through everything that is needed to work with a partner's server, step by step, and says where it ends and why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncssh

from gateway.errors import PartnerRefused, PartnerUnreachable
from gateway.trading.sftp import SFTPServer
from gateway.transports.sftp.client import NOT_OF_THIS_KIND, Remote, Secret, connect, in_our_words, log_in

_PROBE = ".partner-gateway-probe.part"
_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried: what, whether it worked, and what was seen or is to be done."""

    what: str
    works: bool
    words: str


async def ping(server: SFTPServer, partner: str, secret: Secret, *, write: bool = False) -> AsyncIterator[Step]:
    """Yield step after step until one fails; ``write`` also puts a small file there, renames it and takes it away."""
    where = f"{server.host}:{server.port}"
    try:
        with in_our_words(where):
            yield await _reached(server)
            yield await _host_key(server)
            connection, _ = await log_in(server, partner, secret)
            cipher, version = connection.get_extra_info("recv_cipher"), connection.get_extra_info("server_version")
            connection.abort()
            yield Step("log in", True, f"as {server.user}; {version}, {cipher}")
        async with connect(server, partner, secret) as remote:
            with in_our_words(where):
                yield Step("open SFTP", True, f"version {remote.sftp.version}")
                if server.fetch is not None:
                    yield await _list(remote, "list what we fetch", server.fetch.folder)
                if server.deliver is not None:
                    yield await _list(remote, "list where we deliver", server.deliver.folder)
                    if write:
                        yield await _write(remote, server.deliver.folder)
    except (PartnerUnreachable, PartnerRefused) as error:
        yield Step("stopped", False, error.detail.replace(", then replay", "").replace(" It is tried again.", ""))


async def _reached(server: SFTPServer) -> Step:
    seconds = server.timeout.total_seconds()
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        async with asyncio.timeout(seconds):
            banner = await reader.readline()
    finally:
        writer.close()
    if not banner.startswith(b"SSH-"):
        raise PartnerRefused(
            f"{server.host}:{server.port} is no SSH server: it says {banner[:60]!r}. Correct host and port."
        )
    return Step("reach the server", True, banner.decode("ascii", "replace").strip())


async def _host_key(server: SFTPServer) -> Step:
    """Look which host keys the server shows, without logging in."""
    seen = []
    for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256"):
        try:
            async with asyncio.timeout(server.timeout.total_seconds()):
                key = await asyncssh.get_server_host_key(
                    server.host, server.port, server_host_key_algs=[kind], config=None
                )
        except NOT_OF_THIS_KIND:
            continue
        if key is not None:
            seen.append(key.get_fingerprint())
    pinned = [each for each in seen if each in server.pins]
    if not pinned:
        words = f"{server.host}:{server.port} shows {', '.join(seen) or 'no host key'}, and none of them is pinned."
        raise PartnerRefused(
            f"{words} Ask the partner by another way whether they are right, then add them to host_keys."
        )
    others = len(seen) - len(pinned)
    return Step("know its host key", True, pinned[0] + (f"; {others} more that are not pinned" if others else ""))


async def _list(remote: Remote, what: str, folder: str) -> Step:
    count = 0
    async with remote.patience():
        async for entry in remote.sftp.scandir(folder):
            count += entry.filename not in (".", "..")
            if count >= _LISTED:
                break
    return Step(what, True, f"{folder}: {count if count < _LISTED else f'{_LISTED} or more'} entries")


async def _write(remote: Remote, folder: str) -> Step:
    probe = f"{folder.rstrip('/')}/{_PROBE}"
    renamed = probe.removesuffix(".part") + ".done"
    flushed = "flushes on demand"
    async with remote.patience():
        async with remote.sftp.open(probe, "wb") as file:
            await file.write(b"probe\n")
            try:
                await file.fsync()
            except (asyncssh.SFTPOpUnsupported, asyncssh.SFTPFailure):
                flushed = "does not flush on demand"
        await remote.sftp.rename(probe, renamed)
        await remote.sftp.remove(renamed)
    return Step("write, rename and delete there", True, f"{folder}; the server {flushed}")
