"""``gateway evidence``: bundles for others, and whether the ledger is as it was written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer

from gateway.cli import retention
from gateway.cli.console import err, out
from gateway.errors import NotFound
from gateway.evidence.authority import HttpAuthority, time_stamper
from gateway.evidence.checking import Checker
from gateway.evidence.collecting import gather
from gateway.evidence.exporting import Exporter
from gateway.evidence.layout import write_zip
from gateway.evidence.verifying import read_bundle, verify_bundle
from gateway.ledger.engine import make_engine
from gateway.ledger.evidence import SqlArchive
from gateway.ledger.migrate import upgrade
from gateway.ledger.opening import open_ledger
from gateway.pipeline.oversight.seal import Sealer
from gateway.pipeline.ports import Vault
from gateway.settings import Settings, load_settings
from gateway.stamps import utc_now
from gateway.stores import make_vault

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Proof for others, and whether the ledger is whole.")
    group.command()(export)
    group.command()(verify)
    group.command()(check)
    retention.register(group)
    app.add_typer(group, name="evidence")


def _authority(settings: Settings) -> HttpAuthority | None:
    """Return the authority that gateway.yaml names."""
    return time_stamper(settings.gateway.time_stamps, settings.environment.config_dir)


def _with_archive(work: Callable[[SqlArchive, Vault], Awaitable[T]]) -> T:
    """Run ``work`` on the ledger, beside a gateway that may be running; raise NotFound where there is no ledger."""
    settings = load_settings()
    environment = settings.environment
    if not environment.database_url and not (environment.data_dir / "ledger.db").is_file():
        folder = environment.data_dir.absolute()
        raise NotFound(f"There is no ledger in {folder}. Set GATEWAY_DATA_DIR to the data folder of the gateway.")
    engine = make_engine(environment.url)
    upgrade(engine)

    async def run() -> T:
        ledger = open_ledger(engine)
        try:
            return await work(SqlArchive(ledger), make_vault(settings, ledger, shared=True))
        finally:
            await ledger.close()

    return asyncio.run(run())


def export(
    ids: list[str] = typer.Argument(
        ..., metavar="ID...", help="Ids of documents or transmissions, tracking ids, document or order numbers."
    ),
    output: Path = typer.Option(..., "--output", "-o", help="The archive to write, such as case.zip."),
) -> None:
    """Write a bundle that proves to others what came, what went, and what was done, for a document or a whole order."""

    async def make(archive: SqlArchive, vault: Vault) -> int:
        authority = _authority(load_settings())
        sealer = Sealer(archive, utc_now, authority)
        case = await gather(archive, ids)
        await sealer.seal()
        last, block = await archive.last_seal(), await archive.block_with(max(case.events, default=1))
        if block is not None and last is not None and await archive.checkpoint_over(block.number) is None:
            await sealer.check()
        files = await Exporter(archive, vault, authority.certificate if authority else None).export(case, ids)
        write_zip(files, output)
        return len(files)

    count = _with_archive(make)
    out.print(f"{output}: {count} files", markup=False)
    err.print(f"Unpack it and run: sh verify.sh, or: gateway evidence verify {output}", markup=False)


def verify(bundle: Path = typer.Argument(..., help="The archive, or the folder into which it was unpacked.")) -> None:
    """Verify a bundle, and name every file and event that was changed."""
    files = read_bundle(bundle)
    wrong = verify_bundle(files)
    for words in wrong:
        out.print(f"WRONG  {words}", markup=False)
    if wrong:
        err.print("This bundle is not as it was exported. Ask whoever exported it for another one.")
        raise typer.Exit(1)
    out.print(f"{len(files)} files: everything fits")


def check() -> None:
    """Check the whole ledger: every event against the chain, every kept file against its digest. It changes nothing."""

    async def look(archive: SqlArchive, vault: Vault) -> int:
        checker, wrong = Checker(archive, vault), 0
        async for words in checker.check():
            out.print(f"WRONG  {words}", markup=False)
            wrong += 1
        found = checker.checked
        parts = (("events", found.events), ("blocks", found.blocks), ("checkpoints", found.checkpoints))
        out.print(", ".join(f"{number} {name}" for name, number in (*parts, ("kept files", found.files))))
        if found.purged:
            out.print(f"{found.purged} of the kept files were purged after their time, as the log says")
        if found.last is not None:
            out.print(f"block {found.last.number} {found.last.hash}")
        return wrong

    if _with_archive(look):
        err.print(
            "The ledger is not as it was written. Restore what is named from a backup, and find out who changed it."
        )
        raise typer.Exit(1)
    err.print("Everything fits. Keep the last line elsewhere: it proves later that nothing before it was cut off.")
