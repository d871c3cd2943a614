"""Certificates from the first one to its successor, by commands alone; openssl reads what we make, and makes what we read."""

import json
import stat
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs7, pkcs12

from gateway.configuration import load_configuration
from tests.cli.command import gateway_command
from tests.support.certificates import certificate, der, fingerprint, key, key_pem, pem

OWN = """\
# Who we are.
name: Our Works   # as on letters
identities:
  - {qualifier: ZZ, id: OURWORKS}
as2:
  names: [OURWORKS]

defaults: {erp: main}  # the one there is
"""
ACME = """\
partner: acme
name: ACME Corporation
identities:
  - {qualifier: "01", id: "0123456789"}   # keeps its zero
channels:
  as2:
    names: [ACME]    # in capitals
    receive: {signed: optional, encrypted: optional}
# Nothing below is agreed yet.
agreements: []
"""


@pytest.fixture
def house(tmp_path):
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "own.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "partners" / "acme.yaml").write_text(ACME, encoding="utf-8")
    return House(tmp_path)


class House:
    """A configuration and a data folder with the commands that work on them."""

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "data"

    def cert(self, *words, code=0, **variables):
        found = gateway_command("cert", *words, config=self.folder, data=self.data, **variables)
        assert found.code == code, found.err + found.out
        if code == 0 and "--json" not in words:
            assert found.lines[-1].startswith("Next: "), "it ends with the next action"
        return found

    def put(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def text(self, name):
        return (self.folder / "partners" / f"{name}.yaml").read_text(encoding="utf-8")

    def listed(self, *words):
        return [json.loads(line) for line in self.cert("list", *words, "--json").lines]

    def states(self, owner):
        return [(each["subject"], each["state"]) for each in self.listed(owner)]


def _openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=True).stdout


# New


def test_a_new_key_is_readable_for_nobody_else_and_openssl_reads_both(house):
    found = house.cert("new", "as2-2027")
    path, made = house.data / "keys" / "as2-2027.pem", house.folder / "certs" / "own" / "as2-2027.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0
    shown = _openssl("x509", "-in", made, "-noout", "-text", "-fingerprint", "-sha256")
    assert "Public-Key: (3072 bit)" in shown and "CN = Our Works" in shown and "CA:FALSE" in shown
    assert shown.partition("Fingerprint=")[2].replace(":", "").strip().lower() in found.out
    assert _openssl("x509", "-in", made, "-noout", "-pubkey") == _openssl("pkey", "-in", path, "-pubout")
    assert b"PRIVATE" not in made.read_bytes()
    (listed,) = house.listed("own")
    assert (listed["use"], listed["state"], listed["key"]) == (["sign", "encrypt"], "active", "keys/as2-2027.pem")
    assert listed["days"] in (1094, 1095)


def test_a_passphrase_by_reference_encrypts_the_key_and_stands_nowhere(house):
    found = house.cert("new", "main", "--passphrase", "env:AS2_PASS", AS2_PASS="open sesame")
    path = house.data / "keys" / "main.pem"
    assert b"BEGIN ENCRYPTED" in path.read_bytes()
    assert "sesame" not in house.text("own") + found.out + found.err
    assert "passphrase: env:AS2_PASS" in house.text("own")
    assert _openssl("pkey", "-in", path, "-passin", "pass:open sesame", "-pubout")
    assert "own: main" not in house.cert("list", AS2_PASS="open sesame").out
    assert "own: main: " in house.cert("list").out, "without its passphrase the key can't be used, and list says so"


def test_a_key_on_a_curve_signs(house):
    house.cert("new", "curve", "--kind", "ec")
    assert "prime256v1" in _openssl("x509", "-in", house.folder / "certs/own/curve.pem", "-noout", "-text")
    assert house.listed("own")[0]["use"] == ["sign"]
    found = house.cert("new", "curve2", "--kind", "ec", "-u", "encrypt", code=2)
    assert "can't encrypt; take --kind rsa" in found.err


def test_comments_and_order_of_the_file_live(house):
    house.cert("new", "main")
    house.cert("import", "acme", house.put("acme.cer", der(certificate("acme"))))
    names, entry = "  names: [OURWORKS]\n", "    - {name: main, use: [sign, encrypt], state: active}\n"
    assert house.text("own") == OWN.replace(names, f"{names}  keys:\n{entry}")
    added = house.text("acme").splitlines()
    written = ACME.splitlines()
    assert [line for line in added if line in written] == written
    assert len(added) == len(written) + 2


@pytest.mark.parametrize("style", ["block", "flow", "empty", "wide", "without"])
def test_the_list_may_be_written_in_several_ways(house, style):
    house.cert("new", "main")
    entry = "{name: main, use: [sign, encrypt], state: active}"
    lists = {
        "block": "  keys:\n  - name: main   # the first\n    use:\n      - sign\n      - encrypt\n",
        "flow": f"  keys: [{entry}]\n",
        "wide": f"  keys:\n      # two of them\n      - {entry}\n",
        "empty": "  keys: []\n",
        "without": "",
    }
    text = OWN.replace("  names: [OURWORKS]\n", "  names: [OURWORKS]\n" + lists[style])
    house.put("partners/own.yaml", text.encode())
    house.cert("new", f"next-{style}")
    names = [each["name"] for each in house.listed("own")]
    assert names == (["main"] if style in ("block", "flow", "wide") else []) + [f"next-{style}"]
    kept = [line.partition("#")[2] for line in text.splitlines() if "#" in line]
    assert [line.partition("#")[2] for line in house.text("own").splitlines() if "#" in line] == kept


def test_no_key_is_ever_written_over(house):
    house.cert("new", "main")
    before = (house.data / "keys" / "main.pem").read_bytes()
    assert "there is a key main already; choose another name" in house.cert("new", "main", code=2).err
    house.put("partners/own.yaml", OWN.encode())
    assert "never written over" in house.cert("new", "main", code=2).err
    assert (house.data / "keys" / "main.pem").read_bytes() == before
    assert house.text("own") == OWN


def test_without_a_section_for_as2_it_is_told_what_to_add_and_nothing_stays(house):
    house.put("partners/own.yaml", OWN.replace("as2:\n  names: [OURWORKS]\n", "").encode())
    assert "add as2: {names: [OURNAME]} first" in house.cert("new", "main", code=2).err
    assert not list((house.data / "keys").iterdir())


# Import


@pytest.mark.parametrize("form", ["pem", "der", "pkcs7", "pkcs7 der", "pkcs12"])
def test_a_certificate_of_a_partner_comes_in_many_forms(house, form):
    made = certificate("acme")
    data = {
        "pem": lambda: b"Bag Attributes\n" + pem(made),
        "der": lambda: der(made),
        "pkcs7": lambda: pkcs7.serialize_certificates([made], Encoding.PEM),
        "pkcs7 der": lambda: pkcs7.serialize_certificates([made], Encoding.DER),
        "pkcs12": lambda: pkcs12.serialize_key_and_certificates(b"acme", key("acme"), made, None, NoEncryption()),
    }[form]()
    found = house.cert("import", "acme", house.put("New Key.bin", data))
    assert f"fingerprint: {fingerprint(made)}" in found.lines
    stored = house.folder / f"certs/partners/acme/new-key-{fingerprint(made)[:8]}.pem"
    assert stored.read_bytes() == pem(made), "without a private key, whatever came"
    (listed,) = house.listed("acme")
    assert (listed["fingerprint"], listed["state"], listed["use"]) == (fingerprint(made), "active", ["sign", "encrypt"])
    assert ("private key too" in found.err) == (form == "pkcs12")
    again = house.cert("import", "acme", house.folder / "New Key.bin")
    assert "It is there already" in again.out
    assert len(house.listed("acme")) == 1


def test_of_a_chain_the_certificate_that_issued_none_is_taken(house, tmp_path):
    authority, leaf = tmp_path / "ca", tmp_path / "leaf"
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{authority}.key", "-out", f"{authority}.pem",
             "-subj", "/CN=Authority", "-days", "100")  # fmt: skip
    _openssl(
        "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{leaf}.key", "-out", f"{leaf}.csr", "-subj", "/CN=acme AS2"
    )
    _openssl("x509", "-req", "-in", f"{leaf}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
             "-out", f"{leaf}.pem", "-days", "50")  # fmt: skip
    chain = (tmp_path / "ca.pem").read_bytes() + (tmp_path / "leaf.pem").read_bytes()
    house.cert("import", "acme", house.put("chain.pem", chain))
    assert house.states("acme") == [("CN=acme AS2", "active")]


def test_of_two_strangers_in_a_file_one_has_to_be_named(house):
    file = house.put("two.pem", pem(certificate("acme")) + pem(certificate("other")))
    told = house.cert("import", "acme", file, code=2).err
    assert fingerprint(certificate("other")) in told and "say so with --fingerprint" in told
    house.cert("import", "acme", file, "--fingerprint", fingerprint(certificate("other")).upper())
    assert house.states("acme") == [("CN=other", "active")]


@pytest.mark.parametrize("data", [b"", b"hello", b"\x30\x03\x02\x01\x00", pem(certificate("acme"))[:200]])
def test_what_is_no_certificate_is_told_and_changes_nothing(house, data):
    assert "certificate" in house.cert("import", "acme", house.put("bad.cer", data), code=2).err
    assert house.text("acme") == ACME
    assert not (house.folder / "certs").exists()


def test_what_would_be_a_mistake_in_the_files_is_not_written(house):
    curve = house.put("curve.pem", pem(certificate("curve", kind="ec")))
    assert "only an RSA key can encrypt" in house.cert("import", "acme", curve, code=2).err
    assert house.text("acme") == ACME
    assert not (house.folder / "certs").exists()
    house.cert("import", "acme", curve, "--use", "sign")
    assert "there is no such file (there are: acme, own)" in house.cert("import", "nobody", curve, code=2).err


def test_our_own_key_of_another_product_comes_in(house):
    box = pkcs12.serialize_key_and_certificates(
        b"us", key("ours"), certificate("ours"), None, BestAvailableEncryption(b"old")
    )
    found = house.cert("import", "own", house.put("old.p12", box), "--name", "old", "--passphrase", "env:P", P="old")
    assert "fingerprint: " + fingerprint(certificate("ours")) in found.out
    assert b"BEGIN ENCRYPTED" in (house.data / "keys" / "old.pem").read_bytes()
    assert "own: old" not in house.cert("list", P="old").out
    both = house.put("two.pem", pem(certificate("other")) + key_pem(key("ours")))
    assert "does not belong" in house.cert("import", "own", both, "--name", "x", code=2).err


# List and rollover


def test_the_list_says_what_is_near_its_end_and_what_to_do(house):
    assert house.cert("list").lines[-1] == "Next: gateway cert new NAME"
    house.cert("new", "main", "--days", "20")
    assert house.cert("list").lines[-1].startswith("Next: make another with gateway cert new")
    assert "own: main expires in " in house.cert("list").out
    checked = gateway_command("partner", "check", config=house.folder, data=house.data)
    assert "our key main (sign, encrypt) expires on" in checked.err and checked.code == 0
    house.cert("new", "next")
    assert house.cert("list").lines[-1] == "Next: gateway cert rollover own --plan"


def test_a_change_of_our_key_is_two_steps_with_an_overlap_between(house):
    house.cert("new", "old")
    assert "nothing" not in house.cert("new", "next").out
    assert [each["state"] for each in house.listed("own")] == ["active", "pending"]
    before = house.text("own")
    planned = house.cert("rollover", "own", "--plan")
    assert planned.lines == [
        "next: would become active",
        "old: would become retiring",
        "Next: gateway cert rollover own",
    ]
    assert house.text("own") == before
    house.cert("rollover", "own")
    assert [each["state"] for each in house.listed("own")] == ["retiring", "active"]
    last = house.cert("rollover", "own")
    assert last.lines[0] == "old: becomes removed"
    assert [each["name"] for each in house.listed("own")] == ["next"]
    assert (house.data / "keys" / "old.pem").is_file() and (house.folder / "certs/own/old.pem").is_file()
    assert "no change of certificate under way" in house.cert("rollover", "own", code=2).err
    assert "# as on letters" in house.text("own")


def test_a_change_of_a_partners_certificate_goes_the_same_way(house):
    for name in ("acme", "acme2"):
        house.cert("import", "acme", house.put(f"{name}.pem", pem(certificate(name))))
    assert house.states("acme") == [("CN=acme", "active"), ("CN=acme2", "pending")]
    house.cert("rollover", "acme")
    assert house.states("acme") == [("CN=acme", "retiring"), ("CN=acme2", "active")]
    house.cert("rollover", "acme")
    assert house.states("acme") == [("CN=acme2", "active")]
    assert len(load_configuration(house.folder).directory.partners["acme"].certificates) == 1
    assert (
        "there is no partner bolt (there are: acme); name one of them, or own"
        in house.cert("rollover", "bolt", code=2).err
    )
