"""Documents that break many rules of a guide: each fault has its place, code, rule, note and remedy, and none is there twice."""

from pathlib import Path

import pytest

from gateway.x12.guide import Guide
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.validator import Judgment, look_closely, validate
from tests.x12.test_guide_export import VECTORS, loaded


def _broken(path: Path) -> tuple[Guide, TransactionSet]:
    data = path.with_name(f"{path.name.partition('.')[0]}.edi").read_bytes()
    [transaction] = [part for part in read(data) if isinstance(part, TransactionSet)]
    return loaded(path), transaction


def _told(judgment: Judgment) -> str:
    return "".join(
        f"{fault.where}  {fault.code.ack_code} {fault.code.slug}\n  {fault.message} ({fault.rule})\n  To fix: {fault.fix}\n"
        for fault in judgment.faults
    )


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_every_rule_that_is_broken_is_told(path):
    guide, transaction = _broken(path)
    expected = path.with_name(f"{path.name.partition('.')[0]}.faults.txt").read_text(encoding="utf-8")
    assert _told(guide.apply(validate(transaction), transaction.segments)) == expected
    assert expected.count("To fix: ") >= 3


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_the_standard_alone_has_nothing_to_say_about_them(path):
    _guide, transaction = _broken(path)
    assert look_closely(transaction).faults == []


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_the_line_of_a_fault_is_the_line_of_its_rule(path):
    guide, transaction = _broken(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    for fault in guide.apply(validate(transaction), transaction.segments).faults:
        stated = lines[int(fault.rule.rpartition(" ")[2]) - 1]
        assert fault.segment in stated or stated.startswith(("hierarchy:", "    - {"))
