"""Each base profile beside its proof: a rich document of ours and the canonical message that it means."""

import json
from pathlib import Path

import pytest

from gateway.mapping.coverage import coverage
from gateway.x12.hierarchy import nest
from tests.mapping.documents import SETS, again, base, faults, judged

FOLDER = Path(__file__).parents[2] / "mappings" / "base"


def sample(set_id):
    judgment = judged((FOLDER / f"{set_id}.sample.edi").read_bytes())
    return judgment, json.loads((FOLDER / f"{set_id}.expected.json").read_text())


@pytest.mark.parametrize("set_id", SETS)
def test_the_sample_means_what_stands_beside_it(set_id):
    judgment, expected = sample(set_id)
    mapping = base(set_id)
    assert faults(judgment) == []
    body, notes = mapping.to_canonical(judgment.tree, ">")
    assert notes == []
    assert expected["type"] == mapping.message_type.name
    assert json.loads(body.model_dump_json(exclude_unset=True, exclude_none=True)) == expected["body"]


@pytest.mark.parametrize("set_id", SETS)
def test_what_stands_beside_it_is_written_and_read_back_equal(set_id):
    _judgment, expected = sample(set_id)
    mapping = base(set_id)
    body = mapping.message_type.model.model_validate(expected["body"])
    judgment, found = again(mapping, body)
    assert faults(judgment) == []
    assert found == body


@pytest.mark.parametrize("set_id", SETS)
def test_writing_the_message_gives_the_sample_again(set_id):
    """Segment for segment: nothing is lost, nothing is added, and the order of the set is kept."""
    judgment, expected = sample(set_id)
    mapping = base(set_id)
    written = mapping.from_canonical(mapping.message_type.model.model_validate(expected["body"]))
    sent = ["*".join(segment) for segment in judgment.transaction.segments[1:-1]]
    joined = (
        ("*".join(">".join(v).rstrip(">") if isinstance(v, tuple) else v for v in segment)) for segment in written
    )
    assert [segment.rstrip("*") for segment in joined] == sent


@pytest.mark.parametrize("set_id", SETS)
def test_the_profile_reads_everything_that_the_sample_says(set_id):
    judgment, _expected = sample(set_id)
    transaction = judgment.transaction
    found = coverage(base(set_id).plan, nest(judgment.tree), judgment.uses, transaction.segments, ">")
    assert dict(found.unread) == {}
    assert found.read == found.elements > 100
