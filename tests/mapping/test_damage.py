"""Whatever stands in a document or a message: it is carried over, or refused in words that name a line of the profile."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.errors import TranslationError
from gateway.mapping.coverage import coverage
from gateway.mapping.layout import lay_out
from gateway.x12.hierarchy import nest
from gateway.x12.standards.definition import SetDefinition
from tests.mapping.bodies import BodyMaker
from tests.mapping.documents import SETS, as_bytes, base, judged
from tests.mapping.generate import SetMaker

JUNK = (
    "",
    " ",
    "0",
    "-",
    ".",
    "NaN",
    "1E9999",
    "20261399",
    "9999999",
    "x" * 90,
    ">",
    "a>b>c",
    "\u00e9",
    "\u0662",
    "--1",
    "1,5",
)
SEED = st.integers(0, 2**32 - 1)


def damaged(random: Random, definition: SetDefinition) -> bytes:
    """A set of which elements are replaced, segments lost, repeated and cut short."""
    segments = [list(segment) for segment in lay_out(SetMaker(random, definition, 30).tree(), definition)]
    for _ in range(random.randint(1, 12)):
        index = random.randrange(len(segments))
        segment, change = segments[index], random.random()
        if change < 0.6 and len(segment) > 1:
            segment[random.randrange(1, len(segment))] = random.choice(JUNK)
        elif change < 0.7:
            segments.insert(random.randrange(len(segments)), list(segment))
        elif change < 0.8:
            segments[index] = segment[: random.randint(1, len(segment))]
        elif change < 0.9:
            segment.extend(["1"] * 30)
        elif len(segments) > 1:
            del segments[index]
    # The writer would refuse delimiters within values; here they are what a broken sender sends.
    text = as_bytes([["TAKEN"]], definition.id, definition.version, definition.group_id).decode()
    body = "~\n".join("*".join(">".join(v) if isinstance(v, tuple) else v for v in each) for each in segments)
    return text.replace("TAKEN", body).encode()


@pytest.mark.parametrize("set_id", SETS)
@given(seed=SEED)
def test_a_damaged_document_is_read_or_refused_in_words(set_id, seed):
    mapping = base(set_id)
    judgment = judged(damaged(Random(seed), mapping.plan.definition))
    assert judgment.tree is not None
    transaction = judgment.transaction
    found = coverage(mapping.plan, nest(judgment.tree), judgment.uses, transaction.segments, ">")
    assert 0 <= found.read <= found.elements
    try:
        body, notes = mapping.to_canonical(judgment.tree, ">")
    except TranslationError as error:
        assert error.detail.startswith("mappings/base/")
        assert error.detail.endswith("then replay.")
    else:
        assert isinstance(body, mapping.message_type.model)
        assert all(" says " in note for note in notes)


def odd(random: Random, value):
    """A body with odd texts and numbers here and there."""
    if isinstance(value, dict):
        return {name: odd(random, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [odd(random, inner) for inner in value] * random.choice([1, 1, 1, 1, 13])
    return random.choice(JUNK) if random.random() < 0.05 else value


@pytest.mark.parametrize("set_id", SETS)
@given(seed=SEED)
def test_an_odd_message_is_written_or_refused_in_words(set_id, seed):
    random, mapping = Random(seed), base(set_id)
    try:
        body = mapping.message_type.model.model_validate(odd(random, BodyMaker(random, mapping.plan, 20).body()))
    except ValidationError:
        return
    try:
        segments = mapping.from_canonical(body)
    except TranslationError as error:
        assert error.detail.startswith("mappings/base/")
        assert error.detail.endswith("then replay.")
    else:
        assert all(isinstance(value, str | tuple) for segment in segments for value in segment)
