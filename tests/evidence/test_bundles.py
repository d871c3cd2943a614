"""A bundle proves a case to others: with openssl and sha256sum alone, and each byte that was changed is named."""

import asyncio
import shutil
import subprocess
import zipfile
from functools import partial

import pytest

from gateway.bootstrap import RECEIVERS, WORKER
from gateway.evidence.layout import SUMS, sums_of, write_zip
from gateway.evidence.verifying import read_bundle, verify_bundle
from gateway.ledger.chain import SqlLog
from tests.cli.command import gateway_command
from tests.stories.test_buyer import ORDER
from tests.support.as2 import as2_house
from tests.support.house import gateway
from tests.support.postgres import fresh_database
from tests.support.x12 import acknowledgment, invoice


def verify_sh(folder):
    """Run the script of a bundle with nothing on the path but what POSIX, openssl and sha256sum give."""
    done = subprocess.run(
        ["dash", str(folder / "verify.sh")], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}
    )
    return done.returncode, done.stdout + done.stderr


async def command(tmp_path, *words, **variables):
    """Run ``gateway evidence`` beside the loop of the test."""
    run = partial(gateway_command, "evidence", *words, config=tmp_path / "config", data=tmp_path / "data", **variables)
    return await asyncio.to_thread(run)


async def export(tmp_path, *names, **variables):
    found = await command(tmp_path, "export", *names, "-o", tmp_path / "case.zip", **variables)
    assert found.code == 0, found.err
    shutil.rmtree(tmp_path / "case", ignore_errors=True)
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        archive.extractall(tmp_path / "case")
    return read_bundle(tmp_path / "case.zip")


async def as2_case(tmp_path):
    """A supplier's 855 over AS2, and everything that went with it."""
    async with as2_house(tmp_path) as (house, partner):
        await house.until(lambda: _noted(house))
        await partner.send(acknowledgment(1).encode())
        await house.settle()
        assert (await house.order(ORDER)).status == 202
        await house.settle()
    return await export(tmp_path, "PO1")


async def _noted(house):
    return await SqlLog(house.house.database).events_of("configuration.loaded")


async def test_a_case_over_as2_is_proved_by_openssl_and_sha256sum_alone(tmp_path):
    files = await as2_case(tmp_path)
    code, said = verify_sh(tmp_path / "case")
    assert code == 0, said
    assert "Everything fits." in said
    assert said.count("signature: ") >= 2, "what the partner signed, and our receipt"
    names = {path.rpartition("/")[2] for path in files}
    assert {"request.http", "entity.mime", "signature.p7s", "receipt.http", "bytes.edi", "canonical.json"} <= names
    assert any(path.endswith("mappings/base/855.yaml") for path in files), "the profile then in force"
    assert acknowledgment(1).encode() in files.values()
    assert verify_bundle(files) == []
    assert (await command(tmp_path, "verify", tmp_path / "case.zip")).code == 0


async def test_one_changed_byte_in_any_file_is_named_in_python_and_by_the_script(tmp_path):
    files = await as2_case(tmp_path)
    for path, data in files.items():
        changed = bytearray(data)
        changed[len(data) // 2] ^= 0x01
        wrong = verify_bundle(files | {path: bytes(changed)})
        assert any(path in words for words in wrong), (path, wrong)
    for path in (
        "events.jsonl",
        SUMS,
        *[next(each for each in files if each.endswith(kind)) for kind in (".header", ".leaves", ".p7s", "bytes.edi")],
    ):
        changed = bytearray(files[path])
        changed[len(changed) // 2] ^= 0x01
        (tmp_path / "case" / path).write_bytes(changed)
        code, said = verify_sh(tmp_path / "case")
        assert code == 1 and "WRONG" in said and (path in said), (path, said)
        (tmp_path / "case" / path).write_bytes(files[path])


async def test_who_changes_a_file_and_writes_the_sums_anew_is_found_by_the_chain_and_the_signatures(tmp_path):
    """The sums alone prove nothing: whoever changes a file can write them anew."""
    files = await as2_case(tmp_path)
    sealed = {line.split(" ", 2)[2] for line in files["sealed.txt"].decode().splitlines()}
    signed = {path for line in files["signatures.txt"].decode().splitlines() for path in line.split(" ")}
    chained = {path for path in files if path.startswith(("chain/", "checkpoints/"))} | {"events.jsonl"}
    assert len(sealed) > 8 and len(signed) >= 6
    for path in sealed | signed | chained:
        changed = bytearray(files[path])
        changed[len(changed) // 2] ^= 0x01
        forged = files | {path: bytes(changed)}
        wrong = verify_bundle(forged | {SUMS: sums_of(forged)})
        assert wrong, path
        assert path.startswith("checkpoints/") or any(path in words for words in wrong), (path, wrong)


async def test_a_file_that_is_missing_or_was_added_is_named(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
    files = await export(tmp_path, "INV1")
    path = next(each for each in files if each.endswith("bytes.edi"))
    without = {name: data for name, data in files.items() if name != path}
    assert any(path in words for words in verify_bundle(without))
    assert any("added.txt" in words for words in verify_bundle(files | {"added.txt": b"x"}))
    (tmp_path / "case" / "added.txt").write_text("x")
    code, said = verify_sh(tmp_path / "case")
    assert code == 1 and "added.txt is not in SHA256SUMS" in said


async def test_the_same_case_makes_the_same_archive(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
    files = await export(tmp_path, "INV1")
    for name in ("one.zip", "two.zip"):
        write_zip(files, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@pytest.mark.parametrize("name", ["nothing", "no such id"])
async def test_what_is_not_known_is_a_sentence(tmp_path, name):
    async with gateway(tmp_path):
        pass
    found = await command(tmp_path, "export", name, "-o", tmp_path / "case.zip")
    assert found.code == 2 and "Nothing is known under" in found.err and "gateway trace" in found.err


async def test_on_postgresql_a_case_is_exported_beside_running_processes(tmp_path):
    with fresh_database() as url:
        async with (
            gateway(tmp_path, database_url=url, roles=RECEIVERS) as house,
            gateway(tmp_path, database_url=url, roles=WORKER, erp=house.erp) as worker,
        ):
            for number in (1, 2):
                await house.send(invoice(number))
            await worker.until(lambda: len(house.erp.messages) == 2)
            await worker.settle()
            files = await export(tmp_path, "INV2", GATEWAY_DATABASE_URL=url)
            whole = await command(tmp_path, "check", GATEWAY_DATABASE_URL=url)
        assert whole.code == 0, whole.out
    assert invoice(2).encode() in files.values() and invoice(1).encode() not in files.values()
    code, said = verify_sh(tmp_path / "case")
    assert code == 0 and "Everything fits." in said, said
    assert verify_bundle(files) == []


async def test_a_document_brings_its_transmission_and_not_the_others_that_came_in_it(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1) + invoice(2, "PO2"))
        await house.settle()
    files = await export(tmp_path, "INV2")
    assert (invoice(1) + invoice(2, "PO2")).encode() in files.values(), "the bytes as they came"
    messages = [data for path, data in files.items() if path.endswith("canonical.json")]
    assert len(messages) == 1 and b"INV2" in messages[0]
