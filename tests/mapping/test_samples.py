"""Each profile beside its proof: a document and the canonical message that it means, in the same folder."""

import json
from functools import cache

import pytest

from gateway.configuration import Files, profile_library
from gateway.mapping.coverage import coverage
from gateway.mapping.loader import ProfileLibrary
from gateway.x12.hierarchy import nest
from tests.conftest import ROOT
from tests.mapping.documents import SETS, again, base, faults, judged

FOLDER = ROOT / "mappings"
NAMES = sorted(path.relative_to(FOLDER).as_posix().removesuffix(".sample.edi") for path in FOLDER.rglob("*.sample.edi"))


@cache
def profiles() -> ProfileLibrary:
    return profile_library(Files.read(ROOT))


def sample(name):
    judgment = judged((FOLDER / f"{name}.sample.edi").read_bytes())
    return judgment, json.loads((FOLDER / f"{name}.expected.json").read_text())


def test_every_profile_has_its_sample_beside_it():
    # Files without a name of their own are shared by others: blocks and tables.
    named = [path for path in FOLDER.rglob("*.yaml") if "\nprofile:" in path.read_text(encoding="utf-8")]
    mapped = {path.relative_to(FOLDER).as_posix().removesuffix(".yaml") for path in named}
    assert mapped == set(NAMES)
    assert {f"base/{set_id}" for set_id in SETS} <= mapped


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_means_what_stands_beside_it(name):
    judgment, expected = sample(name)
    mapping = profiles().mapping(name)
    assert faults(judgment) == []
    body, notes = mapping.to_canonical(judgment.tree, judgment.transaction.marks.component)
    assert notes == []
    assert expected["type"] == mapping.message_type.name
    assert json.loads(body.model_dump_json(exclude_unset=True, exclude_none=True)) == expected["body"]


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_beside_it_is_written_and_read_back_equal(name):
    _judgment, expected = sample(name)
    mapping = profiles().mapping(name)
    body = mapping.message_type.model.model_validate(expected["body"])
    judgment, found = again(mapping, body)
    assert faults(judgment) == []
    assert found == body


@pytest.mark.parametrize("set_id", SETS)
def test_writing_the_message_gives_the_sample_of_ours_again(set_id):
    """Segment for segment: nothing is lost, nothing is added, and the order of the set is kept."""
    judgment, expected = sample(f"base/{set_id}")
    mapping = base(set_id)
    written = mapping.from_canonical(mapping.message_type.model.model_validate(expected["body"]))
    sent = ["*".join(segment) for segment in judgment.transaction.segments[1:-1]]
    joined = ("*".join(">".join(v).rstrip(">") if isinstance(v, tuple) else v for v in segment) for segment in written)
    assert [segment.rstrip("*") for segment in joined] == sent


@pytest.mark.parametrize("name", NAMES)
def test_the_profile_reads_everything_that_its_sample_says(name):
    judgment, _expected = sample(name)
    transaction = judgment.transaction
    plan = profiles().mapping(name).plan
    found = coverage(plan, nest(judgment.tree), judgment.uses, transaction.segments, transaction.marks.component)
    assert dict(found.unread) == {}
    assert found.read == found.elements > 0
