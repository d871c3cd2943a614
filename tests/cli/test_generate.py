"""`gateway x12 generate`: documents for tests, benchmarks and the self-tests of partners."""

from io import StringIO

import pytest
from rich.console import Console

from gateway.cli import console, generating
from gateway.x12.generate.mutants import BY_GUIDE, RULES
from tests.cli.command import gateway_command


def test_a_document_comes_out_on_standard_output_and_nothing_else_does():
    found = gateway_command("x12", "generate", "850", "--seed", 3)
    assert (found.code, found.err) == (0, "")
    assert found.data.startswith(b"ISA*00*") and found.data.endswith(b"~")
    checked = gateway_command("check", "-", stdin=found.data)
    assert (checked.code, checked.lines) == (0, ["-: clean, 1 of 1 documents accepted"])


def test_a_seed_says_all():
    ask = ("x12", "generate", "856", "--version", "005010", "--seed")
    assert gateway_command(*ask, 5).data == gateway_command(*ask, 5).data
    assert gateway_command(*ask, 5).data != gateway_command(*ask, 6).data


def test_size_and_lines_are_what_was_asked_for(tmp_path):
    path = tmp_path / "850.edi"
    found = gateway_command("x12", "generate", "850", "--lines", 30, "--size", "60 kB", "-o", path)
    assert (found.code, found.data, found.err) == (0, b"", "")
    data = path.read_bytes()
    assert 60_000 <= len(data) < 120_000
    assert data.count(b"~PO1*") == 30 * data.count(b"~ST*")
    assert gateway_command("check", path).code == 0


@pytest.mark.parametrize(
    ("size", "number"), [("500KB", 500_000), ("20MB", 20_000_000), ("1.5k", 1500), ("2MiB", 2 << 20)]
)
def test_sizes_are_read_as_people_write_them(size, number):
    assert generating._bytes(size) == number


def test_minimal_is_shorter_than_full():
    least, most = (gateway_command("x12", "generate", "810", option).data for option in ("--minimal", "--full"))
    assert 0 < len(least) < len(most) / 10
    assert gateway_command("check", "-", stdin=most).code == 0


def test_newlines_put_a_segment_on_a_line():
    found = gateway_command("x12", "generate", "997", "--newlines", "--minimal")
    assert [line[:3] for line in found.lines] == ["ISA", "GS*", "ST*", "AK1", "AK9", "SE*", "GE*", "IEA"]


def test_a_mutant_breaks_the_rule_that_it_names():
    found = gateway_command("x12", "generate", "850", "--rule", "code-unknown", "--seed", 4)
    assert found.code == 0
    name, expected = found.err.splitlines()
    assert name == "broken: code-unknown" and expected.startswith("expected: AK403:7 code-not-valid seg ")
    checked = gateway_command("check", "-", stdin=found.data)
    assert checked.code == 1 and "AK403:7 code-not-valid" in checked.out


def test_a_total_is_broken_by_name_and_the_rule_of_the_guide_is_said():
    found = gateway_command("x12", "generate", "850", "--rule", "line-count-wrong", "--lines", 3)
    name, expected, guide = found.err.splitlines()
    assert name == "broken: line-count-wrong" and expected.startswith("expected: AK403:7 total-of-guide-differs seg ")
    assert guide == "by a guide with the rule CTT01: {total: count(PO1)}"
    assert gateway_command("check", "-", stdin=found.data).code == 0, "the standard lets it pass"


def test_any_rule_may_be_broken():
    seen = set()
    for seed in range(8):
        found = gateway_command("x12", "generate", "856", "--mutate", "--seed", seed)
        assert gateway_command("check", "-", stdin=found.data).code == 1
        seen.add(found.err.splitlines()[0])
    assert len(seen) > 3


def test_a_set_made_by_the_definition_of_another_version_says_so():
    found = gateway_command("x12", "generate", "850", "--version", "004030")
    assert found.err == "850 in version 004030 is made by the definition of 004010\n"
    assert gateway_command("check", "-", stdin=found.data).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("123",), "gateway x12 sets lists those that are"),
        (("850", "--version", "5010"), "write it as GS08 has it"),
        (("850", "--size", "big"), "500KB, 20MB or 1GB"),
        (("850", "--size", "0"), "500KB, 20MB or 1GB"),
        (("850", "--minimal", "--full"), "exclude each other"),
        (("850", "--rule", "none"), "segment-missing"),
        (("850", "--mutate", "--size", "1GB"), "ask for less"),
        (("850", "--rule", "parent-unknown"), "choose another"),
        (("850", "--lines", "0"), "--lines"),
    ],
)
def test_what_can_not_be_is_answered_with_what_can(words, said):
    found = gateway_command("x12", "generate", *words, COLUMNS="4000")
    assert (found.code, found.data) == (2, b"")
    assert said in found.err


def test_the_rules_are_listed_for_whoever_names_none_that_there_is():
    found = gateway_command("x12", "generate", "850", "--rule", "?", COLUMNS="4000")
    assert all(name in found.err for name in RULES | BY_GUIDE)


def test_a_long_document_shows_its_progress_on_a_terminal_and_never_on_standard_output(monkeypatch):
    monkeypatch.setattr(generating, "_LONG", 50_000)
    terminal = Console(file=StringIO(), force_terminal=True, width=100)
    monkeypatch.setattr(console, "err", terminal)
    found = gateway_command("x12", "generate", "855", "--size", "100KB")
    assert "writing" in terminal.file.getvalue() and "%" in terminal.file.getvalue()
    assert gateway_command("check", "-", stdin=found.data).code == 0


def test_a_folder_that_is_missing_is_a_sentence(tmp_path):
    found = gateway_command("x12", "generate", "850", "-o", tmp_path / "none" / "x.edi")
    assert found.code == 2
    assert "none/x.edi" in found.err and "Check the name" in found.err
