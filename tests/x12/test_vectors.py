"""Whole files with what is wrong with them and the answer that they get, as a person would read them."""

from pathlib import Path

import pytest

from tests.x12.answers import answer
from tests.x12.samples import checked

FOLDER = Path(__file__).parents[1] / "vectors" / "x12"
VECTORS = sorted(path.parent for path in FOLDER.glob("*/input.edi"))


def test_there_are_vectors():
    assert len(VECTORS) >= 7


@pytest.mark.parametrize("vector", VECTORS, ids=lambda path: path.name)
def test_the_faults_are_those_that_were_written_down(vector):
    found = checked((vector / "input.edi").read_bytes())
    faults = [fault for each in found.interchanges for fault in each.faults]
    faults += [fault for each in found.interchanges for judgment in each.documents for fault in judgment.faults]
    told = [f"{fault.where}  {fault.code.ack_code}  {fault.message}" for fault in faults]
    assert told == (vector / "faults.txt").read_text().splitlines()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda path: path.name)
def test_the_answer_is_the_one_that_was_written_down(vector):
    [each] = checked((vector / "input.edi").read_bytes()).interchanges
    assert answer(each.judged).decode().replace("~", "~\n") == (vector / "answer.edi").read_text()
