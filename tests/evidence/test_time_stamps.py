"""A checkpoint is stamped by an authority of its own: a real one, made with openssl, behind HTTP."""

import asyncio
import subprocess
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from gateway.evidence.authority import HttpAuthority, what_is_wrong_with
from gateway.evidence.layout import SUMS, sums_of
from gateway.evidence.verifying import verify_bundle
from gateway.pipeline.oversight.seal import Sealer, StampRefused
from tests.evidence.test_bundles import command, export, verify_sh
from tests.ledger.records import event
from tests.support.house import gateway
from tests.support.x12 import invoice

_CONFIG = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def openssl(*words, folder):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, cwd=folder)


@pytest.fixture(scope="session")
def authority_folder(tmp_path_factory):
    """A root, a certificate for time stamps under it, and what `openssl ts` wants."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "ts.cnf").write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    (folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
    for name, subject in (("root", "/CN=Test root"), ("other", "/CN=Another root")):
        words = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", subject)
        openssl(*words, "-keyout", f"{name}.key", "-out", f"{name}.pem", folder=folder)
    openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=Test TSA",
        "-keyout",
        "tsa.key",
        "-out",
        "tsa.csr",
        folder=folder,
    )
    words = (
        "x509",
        "-req",
        "-in",
        "tsa.csr",
        "-CA",
        "root.pem",
        "-CAkey",
        "root.key",
        "-CAcreateserial",
        "-days",
        "3650",
    )
    openssl(*words, "-extfile", "ext", "-out", "tsa.pem", folder=folder)
    return folder


@asynccontextmanager
async def authority(folder, answer=None):
    """Run the authority; ``answer`` says something else instead."""

    async def handle(request):
        if answer is not None:
            return answer(request)
        (folder / "query.tsq").write_bytes(await request.read())
        words = (
            "ts",
            "-reply",
            "-config",
            "ts.cnf",
            "-queryfile",
            "query.tsq",
            "-signer",
            "tsa.pem",
            "-inkey",
            "tsa.key",
        )
        await asyncio.to_thread(openssl, *words, "-out", "reply.tsr", folder=folder)
        return web.Response(body=(folder / "reply.tsr").read_bytes(), content_type="application/timestamp-reply")

    app = web.Application()
    app.router.add_post("/", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def test_a_checkpoint_bears_the_stamp_of_the_authority(database, log, clock, authority_folder):
    root = (authority_folder / "root.pem").read_bytes()
    await database.tx(lambda uow: uow.add(event()))
    async with authority(authority_folder) as url:
        sealer = Sealer(log, clock, HttpAuthority(url, root))
        await sealer.seal()
        made = await sealer.check_daily()
    assert made.authority == url and made == await log.last_checkpoint()
    assert what_is_wrong_with(made.token, made.text, root) == ""
    assert what_is_wrong_with(made.token, made.text + b"x", root)
    assert what_is_wrong_with(made.token, made.text, (authority_folder / "other.pem").read_bytes())


@pytest.mark.parametrize(
    "answer",
    [
        lambda _request: web.Response(status=503),
        lambda _request: web.Response(status=302, headers={"Location": "/elsewhere"}),
        lambda _request: web.Response(body=b"no time stamp"),
        lambda _request: web.Response(body=b"x" * (1 << 18)),
    ],
    ids=["away", "redirect", "nonsense", "too large"],
)
async def test_a_checkpoint_is_made_without_a_stamp_and_asked_for_again_later(
    database, log, clock, authority_folder, answer
):
    root = (authority_folder / "root.pem").read_bytes()
    await database.tx(lambda uow: uow.add(event()))
    async with authority(authority_folder, answer) as url:
        with pytest.raises(StampRefused):
            await HttpAuthority(url, root).stamp(b"data")
        sealer = Sealer(log, clock, HttpAuthority(url, root))
        await sealer.seal()
        assert (await sealer.check_daily()).token is None
        assert await sealer.check_daily() is None, "not at once"
    clock.go(hours=1)
    async with authority(authority_folder) as url:
        again = await Sealer(log, clock, HttpAuthority(url, root)).check_daily()
    assert again.token is not None and again.number == 2
    assert await log.checkpoint_over(1) == again, "of two the one with a stamp counts"


async def test_an_authority_of_somebody_else_is_refused(authority_folder):
    async with authority(authority_folder) as url:
        with pytest.raises(StampRefused, match="is no time stamp"):
            await HttpAuthority(url, (authority_folder / "other.pem").read_bytes()).stamp(b"data")


async def test_the_stamp_is_in_the_bundle_and_openssl_verifies_it(tmp_path, authority_folder):
    async with authority(authority_folder) as url:
        certificate = str(authority_folder / "root.pem")
        settings = {"time_stamps": {"url": url, "certificate": certificate}}
        async with gateway(tmp_path, settings=settings) as house:
            await house.send(invoice(1))
            await house.settle()
        files = await export(tmp_path, "INV1")
    code, said = verify_sh(tmp_path / "case")
    assert code == 0 and "Time stamp: " in said, said
    assert verify_bundle(files) == []
    for path in (each for each in files if each.endswith((".tsr", "authority.pem"))):
        changed = bytearray(files[path])
        changed[len(changed) // 2] ^= 0x01
        forged = files | {path: bytes(changed)}
        wrong = verify_bundle(forged | {SUMS: sums_of(forged)})
        assert wrong and "time stamp" in wrong[0], path
    assert (await command(tmp_path, "check")).code == 0
