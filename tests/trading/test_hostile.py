"""Whatever stands in the files, what comes out is a directory or mistakes with a line and an advice, and nothing else."""

import copy
import json

import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.configuration import load_configuration
from gateway.errors import ConfigurationError
from gateway.trading.loader import load_directory
from tests.conftest import ROOT

FILES = {f"partners/{name}.yaml": (ROOT / "partners" / f"{name}.yaml").read_text() for name in ("own", "acme")}
DATA = {name: yaml.load(text, yaml.CBaseLoader) for name, text in FILES.items()}

junk = st.recursive(
    st.none() | st.sampled_from(["", "850", "inbound", "acme", "-1", "yes", "é", "a b", "{x}", "env:X", "9" * 30]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "first", "x", "850"]), inner, max_size=2)
    ),
    max_leaves=3,
)


def places(data, path=()):
    """Every place in the data, as a path."""
    yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from places(value, (*path, key))


PLACES = [(name, path) for name, data in DATA.items() for path in places(data)]


def changed(name, path, value):
    made = copy.deepcopy(DATA)
    if not path:
        return {**made, name: value}
    at = made[name]
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return made


@given(st.sampled_from(PLACES), junk)
def test_junk_in_any_place_is_understood_or_named(place, value):
    files = {name: json.dumps(data) for name, data in changed(*place, value).items()}
    try:
        load_directory(files)
    except ConfigurationError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.file in files and problem.line == 1 and problem.advice, str(problem)


@given(
    st.sampled_from(sorted(FILES)),
    st.integers(0, 3000),
    st.integers(0, 40),
    st.text("{}[]:-#&*'\"|\n\t \\é", max_size=4),
)
def test_a_damaged_file_is_understood_or_named(name, start, length, text):
    whole = FILES[name]
    files = {**FILES, name: whole[:start] + text + whole[start + length :]}
    try:
        load_directory(files)
    except ConfigurationError as error:
        lines = files[name].count("\n") + 2
        assert all(1 <= problem.line <= lines and problem.advice for problem in error.problems)


def test_the_files_as_they_stand_are_understood():
    assert set(load_directory(FILES).partners) == {"acme"}
    assert set(load_configuration(ROOT, frozenset({"main", "archive"})).guides) == {"acme/856"}
