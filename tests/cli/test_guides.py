"""`gateway guide`: a guide is shown to a partner, drafted from samples, and checked."""

import pytest

from tests.cli.command import gateway_command
from tests.conftest import ROOT
from tests.support.x12 import interchange, invoice, purchase_order

SAMPLE = ROOT / "mappings" / "acme" / "856.sample.edi"
GUIDE = ROOT / "mappings" / "acme" / "856.guide.yaml"
HEAD = 'guide: x/850\nset: "850"\nversion: "004010"\n'


def test_a_guide_is_exported_as_markdown_and_as_html(tmp_path):
    found = gateway_command("guide", "export", "acme/856")
    assert (found.code, found.err) == (0, "")
    assert found.lines[0] == "# Ship notice of ACME"
    assert "the bill of lading is what the dock asks for" in found.out
    page = gateway_command("guide", "export", GUIDE, "--html")
    assert page.out.startswith("<!doctype html>") and page.out.rstrip().endswith("</html>")
    file = tmp_path / "acme.html"
    written = gateway_command("guide", "export", "acme/856", "-o", file)
    assert (written.code, written.out, written.err) == (0, "", f"Wrote {file}.\n")
    assert file.read_text(encoding="utf-8") == page.out
    assert gateway_command("guide", "export", "acme/856", "--markdown", "-o", file).code == 0
    assert file.read_text(encoding="utf-8") == found.out


def test_a_bare_set_is_exported_in_its_version():
    found = gateway_command("guide", "export", "850", "--version", "005010")
    assert (found.code, found.lines[0]) == (0, "# 850 purchase order")
    assert "| version | 005010 |" in found.lines
    assert "GS*PO*SENDER*RECEIVER*20260415*1030*1*X*005010~" in found.lines
    refused = gateway_command("guide", "export", "853")
    assert (refused.code, refused.out, refused.err) == (
        2,
        "",
        "Set 853 is not defined. Name one of gateway x12 sets.\n",
    )


def test_the_example_that_is_exported_is_clean(tmp_path):
    page = gateway_command("guide", "export", "acme/856").out
    file = tmp_path / "example.edi"
    file.write_text(page.rpartition("```text\n")[2].partition("```")[0])
    assert gateway_command("check", file).code == 0
    found = gateway_command("guide", "check", "acme/856", file)
    assert (found.code, found.lines[-1]) == (0, f"{file}: 856 0001 accepted")


def test_rules_that_contradict_each_other_are_told(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(HEAD + "rules:\n  BEG03: {pattern: AAA}\n  /BEG03: {pattern: '999'}\n")
    found = gateway_command("guide", "export", path)
    assert found.code == 0
    assert "contradict each other" in found.err and "(guide x/850 line" in found.err


def test_a_guide_that_is_not_there_is_answered_with_those_there_are():
    for command in (("guide", "export", "acme/850"), ("guide", "check", "acme/850")):
        found = gateway_command(*command)
        assert (found.code, found.out) == (2, "")
        assert found.err.startswith("There is no guide acme/850 (there are: acme/856). Name one of them, or add ")


def test_a_guide_is_drafted_and_the_samples_pass_it(tmp_path):
    file = tmp_path / "acme.guide.yaml"
    found = gateway_command("guide", "infer", SAMPLE, "--partner", "acme", "-o", file)
    assert (found.code, found.out) == (0, "")
    assert found.err == f"Wrote {file}.\nDrafted from 1 documents; read each line before you agree on it.\n"
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Drafted from 1 document in 1 file.\n") and 'guide: "acme/856"' in text
    assert "hierarchy: [S/O/P/I]" in text
    judged = gateway_command("guide", "check", file, SAMPLE)
    assert (judged.code, judged.lines[-1]) == (0, f"{SAMPLE}: 856 0001 accepted")
    assert gateway_command("guide", "export", file).code == 0


def test_a_draft_never_overwrites_what_somebody_wrote(tmp_path):
    file = tmp_path / "acme.guide.yaml"
    file.write_text("mine")
    found = gateway_command("guide", "infer", SAMPLE, "-o", file)
    assert (found.code, file.read_text()) == (2, "mine")
    assert found.err == f"There is {file} already, and it is not overwritten. Name another file.\n"


def test_files_with_several_sets_ask_which_one_is_meant(tmp_path):
    (tmp_path / "a.edi").write_text(invoice())
    (tmp_path / "b.edi").write_text(purchase_order())
    found = gateway_command("guide", "infer", tmp_path)
    assert (found.code, found.err) == (2, "The files hold 810 (1), 850 (1). Name one set with --set.\n")
    drafted = gateway_command("guide", "infer", tmp_path, "--set", "810")
    assert drafted.code == 0 and 'guide: "partner/810"' in drafted.lines


def test_documents_that_no_guide_can_allow_are_left_out_by_name(tmp_path):
    path = tmp_path / "bad.edi"
    path.write_text(interchange("BIG*20261341*INV1\nTDS*13800", set_id="810", group="IN"))
    found = gateway_command("guide", "infer", path)
    assert (found.code, found.out) == (1, "")
    assert found.err.startswith(f"left out: {path} ST02=0001: 810 ST02=0001 seg 2 BIG[1]/01: '20261341' in BIG01")
    assert found.err.endswith("There is no 810 to draft a guide from. Name other files, or another set.\n")
    (tmp_path / "junk.edi").write_bytes(b"\x89PNG" + bytes(300))
    assert gateway_command("guide", "infer", tmp_path / "junk.edi").code == 2


@pytest.mark.parametrize("name", ["UP/x", "", "a b"])
def test_the_name_of_a_partner_is_one(name):
    found = gateway_command("guide", "infer", SAMPLE, "--partner", name)
    assert (found.code, found.out) == (2, "")


def test_samples_are_judged_under_a_guide(tmp_path):
    path = tmp_path / "856.edi"
    path.write_text(SAMPLE.read_text().replace("LIN*2*BP*", "LIN*2*SK*"))
    found = gateway_command("guide", "check", "acme/856", path)
    assert found.code == 1
    assert found.lines[0] == "acme/856: all right, 9 rules for 856 004010"
    assert f"{path}: 856 0001 faults" in found.lines
    assert any(line.endswith("AK403:7 code-not-allowed-by-guide") for line in found.lines)
    assert "    To fix: send one of BP, UP" in found.lines


def test_the_mistakes_of_all_guides_are_told_at_once(tmp_path):
    folder = tmp_path / "mappings" / "x"
    folder.mkdir(parents=True)
    (folder / "850.guide.yaml").write_text(HEAD + "rules:\n  BEG99: {require: true}\n  PO105: {when: PO104 is}\n")
    (folder / "810.guide.yaml").write_text(HEAD.replace("850", "810") + "hierarchy: [S/O]\n")
    found = gateway_command("guide", "check", config=tmp_path)
    assert (found.code, found.out) == (2, "")
    lines = found.err.splitlines()
    assert lines[0].startswith("mappings/x/810.guide.yaml:4: hierarchy: set 810 has no HL levels")
    assert lines[1].startswith("mappings/x/850.guide.yaml:5: rules.BEG99: ")
    assert lines[2].startswith("mappings/x/850.guide.yaml:6: rules.PO105.when: ")
    assert gateway_command("guide", "check").lines == ["all right: 1 guides"]


def test_a_guide_that_is_no_text_is_said_so(tmp_path):
    path = tmp_path / "x.guide.yaml"
    path.write_bytes(b"\xff\xfe")
    found = gateway_command("guide", "check", path)
    assert found.code == 2 and "save it as UTF-8" in found.err
