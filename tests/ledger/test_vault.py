"""The exact bytes: small ones in the commit that tells of them, large ones complete on disk before."""

import hashlib
import resource

import pytest

from gateway.errors import LedgerError, TooLarge
from gateway.ledger.vault import SMALL, FileVault
from gateway.pipeline.ports import Blob

LARGE = bytes(range(256)) * 400


@pytest.fixture
def vault(tmp_path, database):
    return FileVault(tmp_path / "vault", database, limit=1 << 20)


async def _keep(vault, data, size=1000):
    stage = vault.stage()
    for at in range(0, len(data), size):
        await stage.write(data[at : at + size])
    return await stage.finish()


async def test_small_bytes_are_kept_with_the_commit(vault, database):
    blob = await _keep(vault, b"ISA*00*~")
    assert (blob.digest, blob.data) == (hashlib.sha256(b"ISA*00*~").hexdigest(), b"ISA*00*~")
    with pytest.raises(LedgerError, match=r"The vault has lost .*Restore"):
        await vault.read(blob.digest)
    assert await database.tx(lambda uow: uow.keep(blob.data)) == blob.digest
    assert await vault.read(blob.digest) == b"ISA*00*~"
    assert await vault.read_range(blob.digest, 4, 2) == b"00"


async def test_large_bytes_are_a_file_under_their_digest(vault):
    assert len(LARGE) > SMALL
    blob = await _keep(vault, LARGE)
    assert blob.data is None
    assert vault.path(blob.digest).read_bytes() == LARGE
    assert list(vault.staging.iterdir()) == []
    assert await vault.read(blob.digest) == LARGE
    assert await vault.read_range(blob.digest, 255, 3) == b"\xff\x00\x01"
    assert b"".join(vault.chunks(blob)) == LARGE
    assert await _keep(vault, LARGE) == blob, "the same bytes once more are the same file"


async def test_bytes_that_were_changed_are_never_given_out(vault):
    blob = await _keep(vault, LARGE)
    vault.path(blob.digest).write_bytes(LARGE + b"!")
    with pytest.raises(LedgerError, match=r"were changed\. Restore them from a backup"):
        await vault.read(blob.digest)


@pytest.mark.parametrize("how", ["range", "chunks"])
async def test_a_lost_file_is_named(vault, how):
    gone = Blob("ab" * 32, 99_999_999)
    with pytest.raises(LedgerError, match=r"Restore .*abab from a backup"):
        await vault.read_range(gone.digest, 0, 1) if how == "range" else list(vault.chunks(gone))


async def test_what_is_too_large_leaves_nothing(tmp_path, database):
    vault = FileVault(tmp_path / "vault", database, limit=100_000)
    with pytest.raises(TooLarge, match=r"bound of 100000 bytes\. Split it"):
        await _keep(vault, LARGE + LARGE)
    assert list(vault.staging.iterdir()) == []


async def test_a_full_disk_is_said_and_leaves_nothing(vault):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, hard))  # A file beyond that really can't be written.
    try:
        with pytest.raises(
            LedgerError, match=r"The vault can't be written \(File too large\)\. Make room below .*vault"
        ):
            await _keep(vault, LARGE, 70_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(vault.staging.iterdir()) == []


async def test_what_a_crash_left_behind_is_cleared_at_the_start(tmp_path, database):
    vault = FileVault(tmp_path / "vault", database, limit=1 << 20)
    stage = vault.stage()
    await stage.write(LARGE)
    assert len(list(vault.staging.iterdir())) == 1
    again = FileVault(tmp_path / "vault", database, limit=1 << 20)
    assert list(again.staging.iterdir()) == []
    await stage.abandon()
