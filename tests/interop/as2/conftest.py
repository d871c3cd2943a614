"""The peers of these tests, each started once in a session."""

from pathlib import Path

import pytest

from tests.as2.exchange import BUYER, SUPPLIER, close_spools
from tests.interop.as2.peer import PEERS, Peer, peers_python
from tests.support.identities import pem, private_pem

JARS = [Path("/usr/share/java") / f"{name}.jar" for name in ("bcprov", "bcutil", "bcpkix", "bcmail", "bcjmail")]


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
