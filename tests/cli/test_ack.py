"""`gateway ack`: the answer that a file gets."""

import pytest

from gateway.x12.report import report
from gateway.x12.validator import validate
from tests.cli.command import gateway_command
from tests.cli.test_check import FAULTY
from tests.support.house import dump, supplier, write_config
from tests.support.x12 import elements, functional, invoice


def answer(text: str, *more: object, **settings):
    return gateway_command("ack", "-", *more, stdin=text.encode(), **settings)


def test_a_clean_file_gets_a_997_that_accepts_it_and_is_clean_itself():
    found = answer(invoice(7))
    assert (found.code, found.err) == (0, "")
    assert elements(found.out, "AK1") == [["AK1", "IN", "7"]]
    assert elements(found.out, "AK9") == [["AK9", "A", "1", "1", "1"]]
    [isa] = elements(found.out, "ISA")
    assert (isa[6].strip(), isa[8].strip(), isa[13]) == ("ACMEWORKS", "SUPPLIER", "000000001")
    assert report("997", found.data, validate).clean


def test_a_faulty_set_is_rejected_with_its_places():
    found = answer(FAULTY)
    assert found.code == 0
    assert elements(found.out, "AK5")[0][1] == "R"
    assert ["AK4", "1", "373", "8", "20261341"] in elements(found.out, "AK4")
    assert report("997", found.data, validate).clean


def test_each_interchange_has_an_answer_of_its_own_with_numbers_in_sequence():
    found = answer(invoice(1) + invoice(2), "--first", 41)
    assert [isa[13] for isa in elements(found.out, "ISA")] == ["000000041", "000000042"]
    assert [ak1[2] for ak1 in elements(found.out, "AK1")] == ["1", "2"]


def test_a_ta1_is_written_where_it_is_asked_for():
    found = answer(invoice(asks_ta1="1"))
    assert elements(found.out, "TA1")[0][4:] == ["A", "000"]
    assert report("997", found.data, validate).clean


def test_a_broken_envelope_gets_a_ta1_and_no_997():
    found = answer(invoice().replace("IEA*1*000000001", "IEA*1*000000002"))
    assert elements(found.out, "TA1")[0][4:] == ["R", "001"]
    assert elements(found.out, "AK1") == []


def test_acknowledgments_are_not_acknowledged():
    found = answer(functional("IN", "1", "810", "0001"))
    assert (found.code, found.out) == (0, "")
    assert found.err == "Nothing in this file gets an answer: acknowledgments are not acknowledged.\n"


def test_what_could_be_read_is_answered_and_the_rest_is_said():
    found = answer(invoice(1) + invoice(2)[:70])
    assert found.code == 2
    assert len(elements(found.out, "ISA")) == 1
    assert found.err.strip().endswith(".")


def test_an_interchange_cut_in_half_gets_a_ta1_that_says_so():
    found = answer(invoice(1) + invoice(2)[:150])
    assert [isa[13] for isa in elements(found.out, "ISA")] == ["000000001", "000000002"]
    assert [ta1[1:2] + ta1[4:] for ta1 in elements(found.out, "TA1")] == [["000000002", "R", "023"]]


@pytest.mark.parametrize("text", ["", "hello", "ISA*00*"])
def test_what_is_no_x12_gets_no_answer_but_a_reason(text):
    found = answer(text)
    assert (found.code, found.out) == (2, "")
    assert found.err.strip().endswith(".")


def test_the_answer_is_the_one_that_was_agreed(tmp_path):
    write_config(tmp_path, "http://127.0.0.1:1")
    terms = {"acknowledgment": {"send": "999", "ta1": "always"}, "delimiters": {"element": "|"}, "version": "005010"}
    dump(tmp_path / "partners" / "supplier.yaml", supplier(defaults=terms))
    found = answer(invoice(version="005010"), "--partner", "supplier", config=tmp_path)
    text = found.out.replace("|", "*")
    assert found.code == 0 and "ISA|" in found.out
    assert len(elements(text, "TA1")) == 1 and elements(text, "ST")[0][1] == "999"
    silent = {"acknowledgment": {"send": "none", "ta1": "never"}}
    dump(tmp_path / "partners" / "supplier.yaml", supplier(defaults=silent))
    assert answer(invoice(), "--partner", "supplier", config=tmp_path).out == ""


def test_numbers_begin_where_an_isa_can_hold_them():
    assert answer(invoice(), "--first", 0).code == 2
    assert answer(invoice(), "--first", 1_000_000_000).code == 2
