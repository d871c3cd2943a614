"""The exact bytes: small ones in the commit that tells of them, large ones complete in their place before. One suite for the
folder and for the bucket.
"""

import hashlib
import sys
from datetime import timedelta
from pathlib import Path

import obstore
import pytest

from gateway.errors import ConfigurationError, LedgerError, TooLarge, VaultAway
from gateway.ledger.vault import SMALL
from gateway.ledger.vaults import open_vault
from gateway.pipeline.ports import Blob
from tests.ledger.conftest import NOW
from tests.support.postgres_keeper import free_port
from tests.support.s3 import s3_server

LARGE = bytes(range(256)) * 400
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(params=["folder", "s3"])
def place(request, tmp_path):
    """Where a vault is."""
    if request.param == "folder":
        return str(tmp_path / "vault")
    return f"{request.getfixturevalue('bucket').address}/{tmp_path.name}"


def vault_at(place, tmp_path, database, limit=1 << 20):
    return open_vault(place, tmp_path / "staging", database, limit=limit, shared=False)


@pytest.fixture
def vault(place, tmp_path, database):
    return vault_at(place, tmp_path, database)


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
    assert await vault.find_large(blob.digest) is None


async def test_large_bytes_are_in_their_place_under_their_digest(vault):
    assert len(LARGE) > SMALL
    blob = await _keep(vault, LARGE)
    assert blob.data is None
    assert list(vault.staging.iterdir()) == []
    assert await vault.read(blob.digest) == LARGE
    assert await vault.read_range(blob.digest, 255, 3) == b"\xff\x00\x01"
    assert await vault.read_range(blob.digest, len(LARGE) - 2, 50) == LARGE[-2:]
    assert await vault.read_range(blob.digest, len(LARGE), 50) == b""
    assert b"".join(vault.chunks(blob)) == LARGE
    assert await _keep(vault, LARGE) == blob, "the same bytes once more are the same blob"
    assert (await vault.find_large(blob.digest)).size == len(LARGE)


async def test_a_complete_file_is_taken_over(vault, tmp_path):
    file = tmp_path / "upload"
    file.write_bytes(LARGE)
    digest = hashlib.sha256(LARGE).hexdigest()
    assert await vault.adopt(str(file), digest, len(LARGE)) == Blob(digest, len(LARGE))
    assert not file.exists() and await vault.read(digest) == LARGE


async def test_bytes_that_were_changed_are_never_given_out_as_a_whole(vault, request, place):
    blob = await _keep(vault, LARGE)
    if place.startswith("s3:"):
        store = request.getfixturevalue("bucket").store(place)
        obstore.put(store, f"{blob.digest[:2]}/{blob.digest}", LARGE + b"!")
    else:
        vault.path(blob.digest).write_bytes(LARGE + b"!")
    with pytest.raises(LedgerError, match=r"were changed\. Restore them from a backup"):
        await vault.read(blob.digest)
    with pytest.raises(LedgerError, match=r"were changed\. Restore them from a backup"):
        list(vault.chunks(blob))


@pytest.mark.parametrize("how", ["all", "range", "chunks"])
async def test_lost_bytes_are_named_with_their_place(vault, how):
    gone = Blob("ab" * 32, 99_999_999)
    with pytest.raises(LedgerError, match=r"Restore .*abab from a backup"):
        if how == "all":
            await vault.read(gone.digest)
        elif how == "range":
            await vault.read_range(gone.digest, 0, 1)
        else:
            list(vault.chunks(gone))


async def test_what_is_too_large_leaves_nothing(place, tmp_path, database):
    vault = vault_at(place, tmp_path, database, limit=100_000)
    with pytest.raises(TooLarge, match=r"bound of 100000 bytes\. Split it"):
        await _keep(vault, LARGE + LARGE)
    assert list(vault.staging.iterdir()) == []


async def test_what_a_crash_left_behind_is_cleared_at_the_start(place, tmp_path, database):
    vault = vault_at(place, tmp_path, database)
    stage = vault.stage()
    await stage.write(LARGE)
    assert len(list(vault.staging.iterdir())) == 1
    again = vault_at(place, tmp_path, database)
    assert list(again.staging.iterdir()) == []
    await stage.abandon()


async def test_what_was_stored_again_is_not_erased(vault):
    blob = await _keep(vault, LARGE)
    stored = (await vault.find_large(blob.digest)).kept_at
    assert not await vault.erase(blob.digest, stored)
    assert await vault.read(blob.digest) == LARGE
    assert await vault.erase(blob.digest, stored + SECOND)
    assert await vault.find_large(blob.digest) is None
    assert await vault.erase(blob.digest, stored), "what is gone is gone"


# Only the bucket


@pytest.fixture
def in_bucket(bucket, tmp_path, database):
    return vault_at(f"{bucket.address}/{tmp_path.name}", tmp_path, database, limit=200 << 20)


async def test_a_copy_that_comes_while_it_is_erased_is_there_afterwards(in_bucket, bucket, tmp_path, monkeypatch):
    """The purge looks, the copy comes, the purge deletes: whoever brings the copy sees to it that it is there."""
    deleted, look, store = [], type(in_bucket)._find, bucket.store(f"{bucket.address}/{tmp_path.name}")

    def delete_before_the_first_look(self, digest):
        if not deleted:
            deleted.append(digest)
            obstore.delete(store, f"{digest[:2]}/{digest}")
        return look(self, digest)

    monkeypatch.setattr(type(in_bucket), "_find", delete_before_the_first_look)
    blob = await _keep(in_bucket, LARGE)
    assert deleted == [blob.digest] and await in_bucket.read(blob.digest) == LARGE


async def test_a_body_of_many_parts_never_lies_in_memory_as_a_whole(in_bucket):
    size, chunk = 120 << 20, b"x" * (1 << 20)
    await _keep(in_bucket, LARGE)  # What a first call loads is not counted.
    Path("/proc/self/clear_refs").write_text("5")  # From here on the peak is counted anew.
    before = _peak()
    stage = in_bucket.stage()
    for _ in range(size // len(chunk)):
        await stage.write(chunk)
    blob = await stage.finish()
    assert sum(len(each) for each in in_bucket.chunks(blob)) == blob.size == size
    assert _peak() - before < 64 << 20


def _peak():
    """The most memory that this process had, in bytes."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) << 10


async def test_a_bucket_that_is_away_or_is_none_is_told_and_leaves_nothing(
    in_bucket, bucket, tmp_path, database, monkeypatch
):
    none = vault_at("s3://no-such-bucket/x", tmp_path, database)
    for ask in (_keep(none, LARGE), none.read("ab" * 32)):
        with pytest.raises(
            VaultAway, match=r"There is no bucket s3://no-such-bucket/x\. Make it, or correct GATEWAY_VAULT"
        ):
            await ask
    blob = await _keep(in_bucket, LARGE)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    away = vault_at(f"{bucket.address}/{tmp_path.name}", tmp_path, database)
    for ask in (_keep(away, LARGE), away.read(blob.digest), away.erase(blob.digest, NOW)):
        with pytest.raises(VaultAway, match=r"Check the bucket, and AWS_ENDPOINT_URL.*nothing is lost"):
            await ask
    assert list(away.staging.iterdir()) == []
    assert await in_bucket.read(blob.digest) == LARGE


def test_a_bucket_without_the_extra_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gateway.ledger.vault_s3", None)
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(ConfigurationError, match=r"GATEWAY_VAULT.*pip install 'partner-gateway\[s3\]'"):
        open_vault("s3://bucket", tmp_path, None, limit=1, shared=False)
