"""`gateway translate`, `compose` and `mapping coverage`."""

import json
import re

import pytest

from tests.cli.command import gateway_command
from tests.cli.test_check import FAULTY
from tests.conftest import ROOT
from tests.support.house import write_config
from tests.support.x12 import acknowledgment, elements, interchange, invoice, purchase_order, ship_notice

ACME = ROOT / "mappings" / "acme"
SAMPLE = ACME / "856.sample.edi"


@pytest.fixture
def folder(tmp_path):
    write_config(tmp_path / "config", "http://127.0.0.1:1")
    return tmp_path


def test_the_sample_of_acme_becomes_what_lies_beside_it():
    found = gateway_command("translate", SAMPLE, "--partner", "acme")
    assert (found.code, found.err) == (0, "")
    assert json.loads(found.out) == json.loads((ACME / "856.expected.json").read_text())


def test_the_profile_of_acme_changes_two_things_and_nothing_else():
    by_acme = gateway_command("translate", SAMPLE, "--partner", "acme").out.replace('"carton"', '"pack"')
    ours, base = json.loads(by_acme)["body"], json.loads(gateway_command("translate", SAMPLE).out)["body"]
    assert ours != base
    [our_shipment], [base_shipment] = ours["shipments"], base["shipments"]
    assert our_shipment.pop("custom") == {"dock": "DOOR 7"}
    dock = base_shipment["references"].pop(1)
    assert dock["value"] == "DOOR 7"
    assert ours == base


def test_each_document_is_one_line_of_json(folder):
    (folder / "many.edi").write_text(invoice(1) + ship_notice(2) + acknowledgment(3) + purchase_order(4))
    found = gateway_command("translate", folder / "many.edi")
    assert (found.code, found.err) == (0, "")
    made = [json.loads(line) for line in found.lines]
    assert [each["type"] for each in made] == ["invoice", "ship_notice", "order_acknowledgment", "purchase_order"]
    assert [each["source"]["interchange"] for each in made] == [f"{number:09d}" for number in (1, 2, 3, 4)]
    assert made[0]["body"]["invoice_number"] == "INV1"


def test_a_faulty_document_is_refused_with_its_first_fault_and_the_others_are_translated(folder):
    (folder / "a.edi").write_text(FAULTY)
    (folder / "b.edi").write_text(invoice(2))
    found = gateway_command("translate", folder / "a.edi", folder / "b.edi")
    assert found.code == 1
    assert len(found.lines) == 1 and json.loads(found.out)["body"]["invoice_number"] == "INV2"
    assert found.err.startswith(f"{folder}/a.edi: 810 ST02=0001: refused: ")


def test_what_can_not_be_read_is_said_and_the_others_are_translated(folder):
    (folder / "a.edi").write_text("not X12 at all")
    (folder / "b.edi").write_text(invoice(2))
    found = gateway_command("translate", folder / "a.edi", folder / "b.edi")
    assert (found.code, len(found.lines)) == (2, 1)
    assert found.err.startswith(f"{folder}/a.edi: ")


def test_a_set_without_a_canonical_message_is_named(folder):
    text = interchange("B4**20261121*X", set_id="315", group="QO")
    found = gateway_command("translate", "-", stdin=text.encode())
    assert (found.code, found.out) == (1, "")
    assert "set 315 has no canonical message" in found.err


@pytest.mark.parametrize("name", ["none.edi", "."])
def test_a_missing_file_is_a_sentence(tmp_path, name):
    found = gateway_command("translate", tmp_path / name)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("There ")


def _order(config) -> dict:
    """A canonical order as `translate` writes it, so that it fits the model of the day."""
    found = gateway_command("translate", "-", config=config, stdin=purchase_order(order="PO-1").encode())
    return json.loads(found.out)


def test_what_is_composed_is_clean_and_reads_back_the_same(folder):
    order = _order(folder / "config")
    (folder / "order.json").write_text(json.dumps(order))
    found = gateway_command("compose", folder / "order.json", "--partner", "supplier", config=folder / "config")
    assert (found.code, found.err) == (0, "")
    [isa] = elements(found.out, "ISA")
    assert (isa[6].strip(), isa[8].strip()) == ("ACMEWORKS", "SUPPLIER")
    (folder / "850.edi").write_bytes(found.data)
    assert gateway_command("check", folder / "850.edi").code == 0
    again = gateway_command("translate", folder / "850.edi")
    assert json.loads(again.out)["body"] == order["body"]


def test_a_whole_message_with_its_header_can_be_composed(folder):
    order = _order(folder / "config")
    message = {"header": {"type": "purchase_order", "partner": "supplier"}, "body": order["body"]}
    (folder / "order.json").write_text(json.dumps(message))
    found = gateway_command("compose", folder / "order.json", "--partner", "supplier", config=folder / "config")
    assert found.code == 0 and elements(found.out, "BEG")[0][3] == "PO-1"


@pytest.mark.parametrize(
    ("text", "partner", "expected"),
    [
        ("{", "supplier", r"no JSON in UTF-8: .* line 1 column 2 .*Correct it"),
        ("[]", "supplier", r"There is no agreement to send"),
        ('{"type": "order", "body": {}}', "supplier", r"There is no agreement to send 'order' to supplier\. Add"),
        ('{"type": "purchase_order", "body": {"order_nomber": "1"}}', "supplier", r"order_nomber"),
        ('{"type": "invoice", "body": {}}', "supplier", r"outbound"),
        ("{}", "nobody", r"there is no partner nobody \(there are: customer, supplier\)"),
    ],
)
def test_what_can_not_be_composed_is_named(folder, text, partner, expected):
    (folder / "x.json").write_text(text)
    found = gateway_command("compose", folder / "x.json", "--partner", partner, config=folder / "config")
    assert found.code in (1, 2) and found.out == ""
    assert re.search(expected, found.err), found.err


def test_compose_says_what_a_missing_file_is(folder):
    found = gateway_command("compose", folder / "none.json", "--partner", "supplier", config=folder / "config")
    assert (found.code, found.out) == (2, "")
    assert "none.json" in found.err


def test_coverage_names_what_a_profile_does_not_read(tmp_path):
    full = gateway_command("mapping", "coverage", SAMPLE, "--partner", "acme")
    assert full.code == 0
    assert re.fullmatch(r"856: (\d+) of \1 elements are read \(100.0 %\)", full.lines[0])


def test_coverage_of_a_profile_that_deletes_a_field_shows_its_elements(tmp_path):
    write_config(tmp_path, "http://127.0.0.1:1")
    (tmp_path / "mappings" / "x").mkdir(parents=True)
    found = _coverage_with(tmp_path, "profile: x/810\nextends: base/810\nfields: {'parties[]': null}\n")
    assert found["set"] == "810" and found["read"] < found["elements"]
    assert "N1" in {row["segment"] for row in found["unread"]}
    assert all(row["times"] >= 1 and row["example"] for row in found["unread"])


def _coverage_with(folder, profile: str) -> dict:
    (folder / "mappings" / "x" / "810.yaml").write_text(profile)
    supplier = (folder / "partners" / "supplier.yaml").read_text()
    changed = supplier.replace("document: '810'\n", "document: '810'\n  profile: x/810\n")
    assert changed != supplier
    (folder / "partners" / "supplier.yaml").write_text(changed)
    (folder / "in.edi").write_text(invoice())
    found = gateway_command("mapping", "coverage", folder / "in.edi", "-p", "supplier", "--json", config=folder)
    assert found.code == 0, found.err
    return json.loads(found.out)
