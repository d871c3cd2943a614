"""The loader names every mistake at once as ``file:line: key: reason; what to do``."""

import re
from pathlib import Path

import pytest
import yaml

from gateway.errors import ConfigurationError
from tests.mapping.documents import library

ROWS = yaml.safe_load((Path(__file__).parents[1] / "vectors" / "mapping" / "mistakes.yaml").read_text())


def _matches(said: str, expected: str) -> bool:
    pattern = ".*".join(map(re.escape, expected.split("...")))
    return re.fullmatch(pattern, said.removeprefix("mappings/test/one.yaml:")) is not None


@pytest.mark.parametrize("row", ROWS, ids=[row["mistake"] for row in ROWS])
def test_a_mistake_is_named_with_its_line_and_what_to_do(row):
    with pytest.raises(ConfigurationError) as caught:
        library(test__one=row["profile"]).mapping("test/one")
    said = [str(problem) for problem in caught.value.problems]
    assert len(said) == len(row["says"]), said
    for one, expected in zip(said, row["says"], strict=True):
        assert _matches(one, expected), one
    assert all(problem.advice for problem in caught.value.problems)


def test_a_circle_of_profiles_is_named():
    profiles = library(
        test__one="profile: test/one\nextends: test/two\n",
        test__two="profile: test/two\ntitle: Two\nextends: test/one\n",
    )
    with pytest.raises(ConfigurationError) as caught:
        profiles.mapping("test/one")
    assert str(caught.value) == (
        "mappings/test/two.yaml:3: extends: the profiles extend each other in a circle: test/one -> test/two -> test/one;"
        " let one of them stand alone"
    )


def test_a_profile_that_there_is_not_says_which_file_to_make():
    with pytest.raises(
        ConfigurationError, match=r"there is no profile acme/850; make the file mappings/acme/850\.yaml"
    ):
        library().mapping("acme/850")


def test_a_mistake_of_the_base_is_named_where_it_stands():
    profiles = library(
        test__base='profile: test/base\nset: "850"\nversion: "004010"\nmessage: purchase_order\nfields: {contract: BEG77}\n',
        test__one="profile: test/one\nextends: test/base\n",
    )
    with pytest.raises(ConfigurationError) as caught:
        profiles.mapping("test/one")
    assert str(caught.value) == "mappings/test/base.yaml:5: contract: 'BEG77': BEG has 12 elements; correct the line"


def test_a_mistake_in_a_block_that_is_used_twice_is_named_once():
    text = """
    profile: test/one
    extends: base/850
    blocks: {party: {name: N199}}
    """
    with pytest.raises(ConfigurationError) as caught:
        library(test__one=text).mapping("test/one")
    assert [str(problem) for problem in caught.value.problems] == [
        "mappings/test/one.yaml:3: name: 'N199': N1 has 6 elements; correct the line"
    ]
