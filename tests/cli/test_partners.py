"""`gateway partner check`, `partner list`, `partner key` and `key`."""

import hashlib
import re

import pytest
import yaml

from gateway.reference.lists import each_command
from tests.cli.command import gateway_command
from tests.conftest import ROOT
from tests.support.house import write_config

BROKEN = ROOT / "tests" / "vectors" / "trading" / "broken"


def test_the_example_configuration_is_all_right():
    found = gateway_command("partner", "check")
    assert (found.code, found.err) == (0, "")
    assert found.out == "all right: 1 partners, 8 agreements, 1 guides\n"


def test_the_example_of_as2_is_all_right_without_any_private_key():
    folder = ROOT / "docs" / "examples" / "as2"
    found = gateway_command("partner", "check", config=folder)
    assert (found.code, found.err) == (0, "")
    assert not [path for path in folder.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]


def test_the_example_buys_and_sells_in_both_directions():
    rows = [line.split() for line in gateway_command("partner", "list").lines[1:]]
    assert {(row[1], row[2], row[3]) for row in rows} == {
        (document, direction, "seller" if (document == "850") == (direction == "inbound") else "buyer")
        for document in ("850", "855", "856", "810")
        for direction in ("inbound", "outbound")
    }


def test_every_mistake_is_named_and_counted():
    found = gateway_command("partner", "check", config=BROKEN)
    expected = (BROKEN / "expected.txt").read_text().splitlines()
    assert (found.code, found.out) == (2, "")
    assert found.err.splitlines()[:-1] == expected
    assert found.err.splitlines()[-1] == f"{len(expected)} to correct; check again with: gateway partner check"


def test_mistakes_of_gateway_yaml_and_of_partners_are_named_together(tmp_path):
    write_config(tmp_path, "http://127.0.0.1:1")
    (tmp_path / "gateway.yaml").write_text("erps: {main: {kind: soap}}\n")
    (tmp_path / "partners" / "supplier.yaml").write_text("partner: supplier\n")
    found = gateway_command("partner", "check", config=tmp_path, GATEWAY_PORT="x")
    files = [line.partition(":")[0] for line in found.err.splitlines()[:-1]]
    assert files == ["environment", f"{tmp_path}/gateway.yaml", *["partners/supplier.yaml"] * 2]


def test_an_erp_that_is_not_there_is_named_also_where_there_is_none_at_all(tmp_path):
    write_config(tmp_path, "http://127.0.0.1:1")
    (tmp_path / "gateway.yaml").unlink()
    found = gateway_command("partner", "check", config=tmp_path)
    assert found.code == 2
    assert "there is no ERP 'main' (there are: none); add it under erps in gateway.yaml" in found.err


def test_a_key_of_a_partner_is_shown_once_and_its_hash_fits_the_file(tmp_path):
    write_config(tmp_path, "http://127.0.0.1:1")
    found = gateway_command("partner", "key", "supplier", config=tmp_path)
    assert found.code == 0
    key, digest = re.fullmatch(r"key:    (\S+)\nsha256: (\S+)\n", found.out).groups()
    assert key.startswith("gw_supplier_") and hashlib.sha256(key.encode()).hexdigest() == digest
    assert key not in found.err
    words, _, text = found.err.partition("\n")
    assert words.endswith("add to partners/supplier.yaml:")
    path = tmp_path / "partners" / "supplier.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | yaml.safe_load(text)))
    assert gateway_command("partner", "check", config=tmp_path).code == 0
    assert gateway_command("partner", "key", "supplier").out != found.out


@pytest.mark.parametrize("role", ["erp", "operator"])
def test_a_key_of_an_erp_or_operator_fits_gateway_yaml(tmp_path, role):
    write_config(tmp_path, "http://127.0.0.1:1")
    found = gateway_command("key", "sap", "--role", role)
    words, _, text = found.err.partition("\n")
    assert found.code == 0 and words.endswith("add to gateway.yaml:")
    path = tmp_path / "gateway.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | yaml.safe_load(text)))
    assert gateway_command("partner", "check", config=tmp_path).code == 0
    assert yaml.safe_load(text)["keys"][0]["role"] == role


def test_a_key_of_a_system_has_a_scope_and_no_other_key_has_one(tmp_path):
    write_config(tmp_path, "http://127.0.0.1:1")
    found = gateway_command("key", "wms", "--role", "system", "--scope", "wms")
    text = found.err.partition("\n")[2]
    path = tmp_path / "gateway.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | yaml.safe_load(text)))
    assert gateway_command("partner", "check", config=tmp_path).code == 0
    assert yaml.safe_load(text)["keys"][0]["scope"] == "wms"
    for words in (("--role", "system"), ("--role", "system", "--scope", "moon"), ("--scope", "wms")):
        refused = gateway_command("key", "wms", *words)
        assert (refused.code, refused.out) == (2, "") and "scope" in refused.err


def test_a_key_is_refused_for_a_name_that_could_stand_in_no_file():
    for words in (("partner", "key", "A B"), ("key", "[x]")):
        found = gateway_command(*words)
        assert (found.code, found.out) == (2, "")
        assert "a name has small letters, digits, - and _ only" in found.err


def test_commands_that_texts_tell_people_to_run_exist():
    """Whatever an error, a docstring or an example names as ``gateway ...`` can be run."""
    known = {name for name, _ in each_command()}
    groups = {name.split()[0] for name in known if " " in name}
    named = set()
    for path in sorted((ROOT / "gateway").rglob("*.py")):
        # A sentence may be broken over two lines of code.
        text = re.sub(r"\"\s*\n\s*f?\"", "", path.read_text(encoding="utf-8"))
        for words in re.findall(r"(?:`|with: |then: |of: |ID: |hash that |or )gateway ([a-z0-9]+(?: [a-z]+)?)", text):
            first = words.split()[0]
            name = words if first in groups else first
            assert name in known or name in groups, f"{path}: gateway {words}"
            named.add(name)
    assert {"partner check", "partner key", "key", "trace", "replay", "db upgrade", "x12 sets"} <= named
