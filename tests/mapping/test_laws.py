"""The law of the profiles: what is written reads back equal, and read -> write -> read is stable.

Held against random canonical bodies and against random valid sets, in both versions, and for a profile that takes segments
from the lists of its base.
"""

from functools import cache
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.mapping.loader import Mapping
from tests.mapping.bodies import BodyMaker
from tests.mapping.documents import SETS, again, base, body_of, faults, library, written
from tests.mapping.generate import SetMaker

VERSIONS = ("004010", "005010")
SEED = st.integers(0, 2**32 - 1)
MOST = st.integers(0, 40)

TAKES = """
    profile: test/takes
    extends: base/850
    fields:
      custom:
        contract: REF[01=CT]/02
        contract_words: REF[01=CT]/03
        plant: N1[01=PE|PR]/04
        firm_on: DTM[01=002,05=RD8]/06
      lines[]:
        fields:
          custom: {drawing: "REF[01=DG]/02", words: "PID[01=X]/05"}
    """


@cache
def taking() -> Mapping:
    return library(test__takes=TAKES).mapping("test/takes")


def hold(mapping: Mapping, random: Random, most: int) -> None:
    """A random body of ours, written and read again."""
    body = mapping.message_type.model.model_validate(BodyMaker(random, mapping.plan, most).body())
    judgment, found = again(mapping, body)
    assert faults(judgment) == []
    assert found == body


def hold_for_a_set(mapping: Mapping, random: Random, most: int) -> None:
    """A random set of a stranger: read, written and read again."""
    judgment = written(mapping, SetMaker(random, mapping.plan.definition, most).tree())
    assert faults(judgment) == []
    body = body_of(mapping, judgment)
    second, found = again(mapping, body)
    assert faults(second) == []
    assert found == body
    assert again(mapping, found)[1] == body


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("set_id", SETS)
@given(seed=SEED, most=MOST)
def test_what_a_base_profile_writes_it_reads_back_equal(set_id, version, seed, most):
    hold(base(set_id, version), Random(seed), most)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("set_id", SETS)
@given(seed=SEED, most=MOST)
def test_every_valid_set_is_read_and_stays_the_same_when_written(set_id, version, seed, most):
    hold_for_a_set(base(set_id, version), Random(seed), most)


@given(seed=SEED, most=MOST)
@example(seed=1, most=60)
def test_a_profile_that_takes_segments_from_lists_keeps_the_law(seed, most):
    hold_for_a_set(taking(), Random(seed), most)


@pytest.mark.parametrize("set_id", SETS)
def test_random_bodies_reach_every_line_of_the_base_profiles(set_id):
    """The generator itself is looked at, so that the law can't hold for want of cases."""
    mapping = base(set_id)
    missing = _names(mapping)
    for seed in range(100):
        missing -= set(_paths(BodyMaker(Random(seed), mapping.plan, 250).body(), set()))
        if not missing:
            break
    assert missing == set()


def _paths(value, found):
    if isinstance(value, dict):
        for name, inner in value.items():
            found.add(name)
            _paths(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _paths(inner, found)
    return found


def _names(mapping: Mapping) -> set[str]:
    found: set[str] = set()
    done: set[int] = set()

    def walk(body):
        if id(body) in done:
            return
        done.add(id(body))
        for item in body.items:
            found.add(item.name)
            if hasattr(item, "body"):
                walk(item.body)

    walk(mapping.plan.body)
    return found
