"""``gateway sftp``: what works with a partner's server, our host keys, our own key, and hashes of passwords."""

from __future__ import annotations

import asyncio
import sys
from enum import StrEnum
from pathlib import Path

import asyncssh
import typer
from rich.markup import escape

from gateway.cli.console import configuration, err, out, partner_named
from gateway.errors import Conflict, NotFound
from gateway.mailboxes import host_keys_of, secrets_of
from gateway.settings import load_settings
from gateway.transports.sftp.host_keys import HostKey, generate_key, write_secret
from gateway.transports.sftp.passwords import hash_password
from gateway.transports.sftp.ping import ping as look


class Kind(StrEnum):
    """Kinds of keys."""

    ED25519 = "ed25519"
    ECDSA = "ecdsa"
    RSA = "rsa"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="SFTP: servers of partners, our host keys and our own key.")
    group.command()(ping)
    group.command()(key)
    group.command()(password)
    keys = typer.Typer(no_args_is_help=True, help="Host keys of our server.")
    keys.command("list")(hostkey_list)
    keys.command("new")(hostkey_new)
    keys.command("retire")(hostkey_retire)
    group.add_typer(keys, name="hostkey")
    app.add_typer(group, name="sftp")


def ping(
    partner: str = typer.Argument(..., help="A partner that has its own server."),
    write: bool = typer.Option(False, "--write", help="Also put a small file there, rename it and take it away."),
) -> None:
    """Go through what is needed to work with a partner's server, step by step, and say where it ends and why.

    Exit code: 0 everything works, 1 something does not.
    """
    settings = load_settings()
    channel = partner_named(configuration(settings), partner).text.channels.sftp
    if channel is None or channel.server is None:
        raise NotFound(f"{partner} has no server of its own. Add channels: {{sftp: {{server: ...}}}} to its file.")
    server = channel.server

    async def go() -> bool:
        works = True
        async for step in look(server, partner, secrets_of(settings), write=write):
            works = step.works
            out.print(f"{'[green]ok[/]  ' if works else '[red]no[/]  '}{escape(step.what)}: {escape(step.words)}")
        return works

    if not asyncio.run(go()):
        raise typer.Exit(1)


def key(
    file: Path = typer.Argument(Path("sftp/ours"), help="Where it is kept; below the data folder unless absolute."),
    kind: Kind = typer.Option(Kind.ED25519, "--kind", help="Its kind; rsa for old servers."),
) -> None:
    """Show the public key with which we log in to servers of partners; make the key where there is none yet."""
    path = load_settings().below_data(str(file))
    if path.exists():
        made = asyncssh.read_private_key(path)
    else:
        made = generate_key(kind.value, "partner-gateway")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secret(path, made.export_private_key())
        err.print(escape(f"Made {path}. Name it in partner files as key: file:{file}"))
    out.print(made.export_public_key().decode().strip(), markup=False)


def password(
    name: str = typer.Argument(..., help="Whose password it is."),
) -> None:
    """Ask for a password, or read it from standard input, and print the hash for the partner's file. A key is better."""
    if sys.stdin.isatty():
        said = typer.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True, err=True)
    else:
        said = sys.stdin.readline().rstrip("\n")
    if len(said) < 12:
        raise Conflict("The password is shorter than 12 characters. Take a longer one.")
    out.print(hash_password(said), markup=False)


def _show(each: HostKey) -> None:
    state = "serves" if each.serves else "is announced"
    out.print(escape(f"{each.name}  {each.fingerprint}  {state}"))
    out.print(f"  {each.line}", markup=False)


def hostkey_list() -> None:
    """List the host keys of our server, for partners who want to pin them."""
    found = host_keys_of(load_settings()).all()
    for each in found:
        _show(each)
    if not found:
        err.print("There are none yet; the server makes them when it first starts.")


def hostkey_new(kind: Kind = typer.Option(Kind.ED25519, "--kind", help="Its kind.")) -> None:
    """Make a further host key. It is announced at once, and serves when the one of its kind before it is retired."""
    _show(host_keys_of(load_settings()).make(kind.value))
    err.print("Tell partners its fingerprint. When they have it: gateway sftp hostkey retire OLD")


def hostkey_retire(name: str = typer.Argument(..., help="Its name, such as ed25519-1.")) -> None:
    """Take a host key out of service; the next one of its kind serves from the next connection on."""
    path = host_keys_of(load_settings()).retire(name)
    out.print(escape(f"{name} is out of service and kept as {path}"))
