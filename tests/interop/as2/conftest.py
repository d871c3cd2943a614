"""The peers of these tests, each started once in a session.

BouncyCastle comes from Debian (libbcjmail-java, libbcpkix-java, libjakarta-mail-java, a JDK). Where a machine lacks it or curl,
its tests are not collected; with GATEWAY_REQUIRE_PEERS, as in continuous integration, they are, and fail.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.as2.exchange import BUYER, SUPPLIER, close_spools
from tests.conftest import ROOT
from tests.interop.as2.peer import PEERS, Peer, peers_python
from tests.support.identities import pem, private_pem

JARS = [
    Path("/usr/share/java") / f"{name}.jar"
    for name in ("bcprov", "bcutil", "bcpkix", "bcjmail", "jakarta-mail", "jakarta-activation")
]
HAS_BOUNCYCASTLE = shutil.which("javac") is not None and all(jar.exists() for jar in JARS)
NEEDS = {"test_bouncycastle.py": HAS_BOUNCYCASTLE, "test_openssl_and_curl.py": shutil.which("curl") is not None}
collect_ignore = [name for name, there in NEEDS.items() if not there and not os.environ.get("GATEWAY_REQUIRE_PEERS")]


@pytest.fixture(autouse=True)
def spools():
    """End the spools of a test with it."""
    yield
    close_spools()


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """The keys and certificates of both sides, in files as other programs read them."""
    folder = tmp_path_factory.mktemp("interop")
    for name, kind in ((SUPPLIER, "rsa"), (SUPPLIER, "ec"), (BUYER, "rsa"), (BUYER, "ec")):
        (folder / f"{name}-{kind}.pem").write_bytes(pem(name, kind))
        (folder / f"{name}-{kind}.key").write_bytes(private_pem(name, kind))
        (folder / f"{name}-{kind}.both").write_bytes(private_pem(name, kind) + pem(name, kind))
    return folder


@pytest.fixture(scope="session")
def pyas2lib(files):
    """pyas2lib as the supplier, whose partner is the buyer."""
    own, partner = files / f"{SUPPLIER}-rsa.both", files / f"{BUYER}-rsa.pem"
    program = PEERS / "pyas2lib_partner.py"
    peer = Peer([peers_python(), program, own, "SUPPLIER", partner, "BUYER"], files / "pyas2lib.log")
    yield peer
    peer.close()


def compiled() -> Path:
    """The folder with the classes of the Java peer, compiled when its source is new."""
    source = PEERS / "java" / "BouncyCastlePartner.java"
    folder = ROOT / "build" / "peers" / f"java-{hashlib.sha256(source.read_bytes()).hexdigest()[:16]}"
    if not folder.exists():
        made = folder.with_name(f"{folder.name}.{os.getpid()}")
        command = ["javac", "-encoding", "UTF-8", "-cp", ":".join(map(str, JARS)), "-d", str(made), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        try:
            made.rename(folder)
        except OSError:  # Another worker was quicker.
            shutil.rmtree(made)
    return folder


@pytest.fixture(scope="session")
def bouncycastle(files):
    """BouncyCastle as the supplier, whose partner is the buyer."""
    assert HAS_BOUNCYCASTLE, "install libbcjmail-java libbcpkix-java libjakarta-mail-java and a JDK"
    path = ":".join(map(str, [compiled(), *JARS]))
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", path, "BouncyCastlePartner", files, SUPPLIER, BUYER]
    peer = Peer(command, files / "bouncycastle.log")
    yield peer
    peer.close()
