"""`gateway check`: what is wrong, where, and how to put it right."""

import json
from io import StringIO

import pytest
from rich.console import Console

from gateway.cli import console
from tests.cli.command import gateway_command
from tests.conftest import ROOT
from tests.support.house import dump, supplier, write_config
from tests.support.x12 import interchange, invoice, purchase_order

SAMPLE = ROOT / "mappings" / "acme" / "856.sample.edi"

FAULTY = interchange("BIG*20261341*INV1\nN1*RE*Supplier\nTDS*13800\nXYZ*1\nCTT*2", set_id="810", group="IN")
FAULT_KEYS = {
    "where",
    "segment",
    "position",
    "element",
    "component",
    "repetition",
    "code",
    "ack_code",
    "value",
    "message",
}


@pytest.fixture
def files(tmp_path):
    (tmp_path / "good.edi").write_text(invoice())
    (tmp_path / "faulty.edi").write_text(FAULTY)
    (tmp_path / "junk.edi").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    (tmp_path / "cut.edi").write_text(invoice()[:-60])
    (tmp_path / "header.edi").write_text(invoice()[:70])
    (tmp_path / "empty.edi").write_text("")
    return tmp_path


def test_a_clean_file_is_clean(files):
    found = gateway_command("check", files / "good.edi")
    assert (found.code, found.err) == (0, "")
    assert found.lines == [f"{files}/good.edi: clean, 1 of 1 documents accepted"]


def test_faults_are_said_with_place_code_and_remedy(files):
    found = gateway_command("check", files / "faulty.edi")
    assert found.code == 1
    assert found.lines[0] == f"{files}/faulty.edi: faults, 0 of 1 documents accepted"
    assert "  810 ST02=0001 seg 2 BIG[1]/01  AK403:8 date-invalid" in found.lines
    assert any("AK304:" in line for line in found.lines)


def test_the_place_is_marked_below_the_segment_and_an_example_follows(files):
    found = gateway_command("check", files / "faulty.edi")
    at = found.lines.index("    BIG*20261341*INV1~")
    assert found.lines[at + 1] == "        ^^^^^^^^"
    assert found.lines[at + 3] == "    Expected: a real date as CCYYMMDD (X12 004010, BIG01, data element 373)"
    assert found.lines[at + 4] == "    To fix: send a real date as CCYYMMDD, for example  BIG*20260415*INV1~"


def test_a_page_for_the_sender_holds_all_files(files, tmp_path):
    page = tmp_path / "report.html"
    found = gateway_command("check", "--html", "-o", page, files / "faulty.edi", files / "good.edi", files / "junk.edi")
    assert (found.code, found.out, found.err) == (2, "", f"Wrote {page}.\n")
    text = page.read_text(encoding="utf-8")
    assert all(f"<h2>{files}/{name}.edi</h2>" in text for name in ("faulty", "good", "junk"))
    assert "<pre>BIG*<mark>20261341</mark>*INV1~</pre>" in text


def test_a_page_without_a_name_goes_to_standard_output(files):
    found = gateway_command("check", "--html", files / "good.edi")
    assert found.code == 0
    assert found.out.startswith("<!doctype html>") and found.out.endswith("</html>\n")


def test_a_page_that_cannot_be_written_says_so(files):
    found = gateway_command("check", "--html", "-o", files, files / "good.edi")
    assert found.code == 2
    assert "can't be written" in found.err and "Name another file." in found.err


@pytest.mark.parametrize("name", ["junk.edi", "empty.edi", "header.edi"])
def test_a_file_that_is_not_readable_says_why(files, name):
    found = gateway_command("check", files / name)
    assert found.code == 2
    assert found.lines[0].startswith(f"{files}/{name}: not readable, ")
    assert found.lines[1].startswith("  ") and found.lines[1].endswith(".")


def test_the_worst_of_several_files_is_the_exit_code(files):
    assert gateway_command("check", files / "good.edi", files / "faulty.edi").code == 1
    found = gateway_command("check", files / "junk.edi", files / "faulty.edi", files / "good.edi")
    assert found.code == 2
    assert [line.partition(": ")[2].partition(",")[0] for line in found.lines if line.startswith(str(files))] == [
        "not readable",
        "faults",
        "clean",
    ]


def test_a_file_that_is_missing_does_not_keep_the_others_from_being_checked(files):
    found = gateway_command("check", files / "none.edi", files / "good.edi")
    assert found.code == 2
    assert "There is no file" in found.lines[1] and "Check the name." in found.lines[1]
    assert found.lines[-1] == f"{files}/good.edi: clean, 1 of 1 documents accepted"


def test_a_folder_stands_for_its_files_and_hidden_ones_are_left_out(files):
    (files / "below" / ".git").mkdir(parents=True)
    (files / "below" / "order.edi").write_text(purchase_order())
    (files / "below" / ".git" / "index").write_text("x")
    found = gateway_command("check", files / "below")
    assert (found.code, len(found.lines)) == (0, 1)


def test_a_folder_without_files_is_no_success(tmp_path):
    found = gateway_command("check", tmp_path)
    assert found.code == 2
    assert found.err == f"There are no files in {tmp_path}. Name a file, or another folder.\n"


def test_standard_input_can_be_checked():
    found = gateway_command("check", "-", stdin=invoice().encode())
    assert (found.code, found.lines) == (0, ["-: clean, 1 of 1 documents accepted"])
    assert gateway_command("check", "-", stdin=b"").code == 2


def test_json_has_the_shape_that_was_promised(files):
    found = gateway_command("check", "--json", files / "faulty.edi", files / "good.edi")
    assert (found.code, found.err) == (1, "")
    faulty, good = (json.loads(line) for line in found.lines)
    assert set(faulty) == {"file", "readable", "faults", "interchanges"}
    [inner] = faulty["interchanges"]
    assert set(inner) == {"sender", "receiver", "control_number", "faults", "documents"}
    assert (inner["sender"], inner["receiver"], inner["control_number"]) == ("ZZ SUPPLIER", "ZZ ACMEWORKS", "000000001")
    [document] = inner["documents"]
    assert {"set", "version", "control_number", "accepted", "faults"} <= set(document)
    assert (document["set"], document["version"], document["accepted"]) == ("810", "004010", False)
    assert all(set(fault) >= FAULT_KEYS for fault in document["faults"])
    [date] = [fault for fault in document["faults"] if fault["ack_code"] == "AK403:8"]
    assert (date["segment"], date["position"], date["element"], date["value"]) == ("BIG", 2, 1, "20261341")
    assert good["interchanges"][0]["documents"][0]["faults"] == []


def test_json_of_an_envelope_fault_has_the_code_of_the_ta1(files):
    (files / "numbers.edi").write_text(invoice().replace("IEA*1*000000001", "IEA*1*000000002"))
    found = json.loads(gateway_command("check", "--json", files / "numbers.edi").out)
    [fault] = found["interchanges"][0]["faults"]
    assert set(fault) >= FAULT_KEYS
    assert fault["ack_code"] == "TA105:001"


def test_json_of_what_is_not_readable_is_json_too(files):
    found = gateway_command("check", "--json", files / "junk.edi", files / "none.edi")
    assert found.code == 2
    for line in found.lines:
        data = json.loads(line)
        assert data["readable"] is False and data["interchanges"] == []
        assert data["faults"][-1]["code"] == "unreadable" and data["faults"][-1]["message"].endswith(".")
        assert {"where", "segment", "position", "element", "component", "repetition", "value"} <= set(
            data["faults"][-1]
        )


def test_an_interchange_cut_in_half_is_at_fault_and_what_could_be_read_is_told(files):
    found = gateway_command("check", "--json", files / "cut.edi")
    [inner] = json.loads(found.out)["interchanges"]
    assert (found.code, inner["control_number"]) == (1, "000000001")
    assert "TA105:023" in [fault["ack_code"] for fault in inner["faults"]]
    assert [document["accepted"] for document in inner["documents"]] == [False]


def test_the_guide_of_a_partner_is_asked_where_the_partner_is_named(tmp_path):
    path = tmp_path / "856.edi"
    path.write_text(SAMPLE.read_text().replace("REF*BM*BOL-88120~\n", "").replace("SE*26*", "SE*25*"))
    assert gateway_command("check", path).code == 0
    found = gateway_command("check", path, "--partner", "acme")
    assert found.code == 1
    line = next(number for number, text in enumerate(_guide(), start=1) if text.startswith("  HL[03=S]/REF[01=BM]:"))
    assert f"(guide acme/856 line {line})" in found.out
    assert "the bill of lading is what the dock asks for" in found.out


def _guide() -> list[str]:
    return (ROOT / "mappings" / "acme" / "856.guide.yaml").read_text().splitlines()


def test_tolerances_of_a_partner_turn_faults_into_notes(tmp_path):
    path = tmp_path / "856.edi"
    path.write_text(SAMPLE.read_text().replace("PRF*4500017*7**20261102~", "PRF*4500017*7**20261102**~"))
    assert gateway_command("check", path).code == 1
    found = gateway_command("check", path, "-p", "acme")
    assert found.code == 0
    assert "note " in found.out and "trailing-separator" in found.out


def test_a_number_that_comes_twice_in_a_file_is_told_with_the_guide_line_and_the_first_place(tmp_path):
    folder = tmp_path / "mappings" / "supplier"
    dump(folder / "810.guide.yaml", {"guide": "supplier/810", "set": "810", "version": "004010"})
    with (folder / "810.guide.yaml").open("a") as file:
        file.write("rules:\n  BIG02: {unique: 365d, when: not BIG08 = 01|05}\n")
    agreement = {"document": "810", "direction": "inbound", "role": "buyer", "guide": "supplier/810"}
    write_config(tmp_path, "http://127.0.0.1:1", supplier(agreements=[agreement]))
    path = tmp_path / "two.edi"
    path.write_text(invoice(1) + invoice(2).replace("INV2", "INV1"))
    assert gateway_command("check", path).code == 0, "the standard asks for nothing of the kind"
    found = gateway_command("check", path, "-p", "supplier", config=tmp_path)
    assert (found.code, "1 of 2 documents accepted" in found.out) == (1, True)
    told = " ".join(found.out.split())
    assert "came before with the same content in this file: ISA13 000000001, GS06 1, ST02 0001" in told
    assert "810 ST02=0001 seg 2 BIG[1]/02 AK403:7" in told and "(guide supplier/810 line 5)" in told
    [_first, answer] = gateway_command("ack", path, "-p", "supplier", config=tmp_path).out.split("ISA*")[1:]
    assert "AK4*2*76*7*INV1~" in answer
    corrected = invoice(2).replace("INV2", "INV1").replace("*PO1~", "*PO1***DI*05~", 1)
    path.write_text(invoice(1) + corrected)
    assert gateway_command("check", path, "-p", "supplier", config=tmp_path).code == 0


@pytest.mark.parametrize("command", ["check", "ack", "translate"])
def test_an_unknown_partner_is_answered_with_those_there_are(files, command):
    found = gateway_command(command, files / "good.edi", "--partner", "acne")
    assert (found.code, found.out) == (2, "")
    assert "there is no partner acne (there are: acme); name one of them, or add the file below" in found.err
    assert str(ROOT) in found.err


def test_what_stands_in_a_document_comes_out_as_it_is(tmp_path):
    """rich knows :words: and [words]; those of a document are none of its business."""
    path = tmp_path / "[bold] :smile: 1.edi"
    path.write_text(invoice().replace("20261121*INV1", "[red]:x:*INV1"))
    found = gateway_command("check", path)
    assert str(path) in found.out
    assert "[red]:x:" in found.out
    assert json.loads(gateway_command("check", "--json", path).out)["file"] == str(path)


@pytest.fixture
def large(tmp_path, monkeypatch):
    """A file that counts as large, so that a progress bar is due."""
    monkeypatch.setattr(console, "_LONG", 100_000)
    path = tmp_path / "large.edi"
    path.write_text("".join(invoice(number) for number in range(1, 500)))
    assert path.stat().st_size > console._LONG
    return path


def test_a_large_file_leaves_nothing_but_json_on_a_pipe(large):
    found = gateway_command("check", "--json", large)
    assert (found.code, found.err.strip()) == (0, "")
    assert len(json.loads(found.out)["interchanges"]) == 499


def test_a_progress_bar_is_shown_on_a_terminal_and_never_on_standard_output(large, monkeypatch):
    terminal = Console(file=StringIO(), force_terminal=True, width=100)
    monkeypatch.setattr(console, "err", terminal)
    found = gateway_command("check", "--json", large)
    assert "large.edi" in terminal.file.getvalue() and "%" in terminal.file.getvalue()
    assert len(json.loads(found.out)["interchanges"]) == 499


@pytest.mark.parametrize(
    ("version", "said"), [("003040", "004010, dates as YYMMDD"), ("004060VICS", "004010"), ("006020", "005010")]
)
def test_a_version_in_between_says_everywhere_by_what_it_was_judged(tmp_path, version, said):
    text = invoice(version=version)
    if version < "004010":
        text = text.replace("*20261121*", "*261121*").replace("*20261120*", "*261120*")
    path = tmp_path / "between.edi"
    path.write_text(text)
    assert f"version {version} judged by {said}" in gateway_command("check", path).out
    [made] = json.loads(gateway_command("check", path, "--json").out)["interchanges"]
    assert [(each["version"], each["judged_by"]) for each in made["documents"]] == [(version, said)]
    page = gateway_command("check", path, "--html").out
    assert f"udged by {said}." in page and version in page


@pytest.mark.parametrize("form", [(), ("--json",), ("--html",)])
def test_a_file_can_be_held_to_a_character_set(tmp_path, form):
    path = tmp_path / "order.edi"
    path.write_text(purchase_order())
    said = gateway_command("check", path, "--characters", "basic", *form)
    assert said.code == 1 and "character-outside-of-basic-set" in said.out
    assert gateway_command("check", path, "--characters", "extended", *form).code == 0
    path.write_text(purchase_order().replace("North Plant", "NORTH PLANT"))
    assert gateway_command("check", path, "--characters", "basic", *form).code == 0


def test_a_character_set_that_is_none_is_refused_with_those_there_are(tmp_path):
    found = gateway_command("check", tmp_path / "order.edi", "--characters", "ebcdic")
    assert found.code == 2 and "basic" in found.err and "utf-8" in found.err
