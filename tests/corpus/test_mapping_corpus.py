"""Real files of strangers through the base profiles. They are read where they lie and never copied."""

from functools import cache

from tests.corpus.table import COMMAND, PAGE, Row, page, rows


@cache
def results(folder) -> list[Row]:
    return rows(folder)


def test_every_valid_document_comes_through_translation_and_back(corpus):
    found = results(corpus)
    assert {row.file: row.broken for row in found if row.broken} == {}
    for set_id in ("850", "855", "856", "810"):  # Of other sets few files are public, and of some none.
        valid = [row.documents - len(row.refused) for row in found if row.set_id == set_id]
        assert sum(valid) > 0, f"no valid {set_id} in the corpus"


def test_nothing_that_a_valid_document_says_is_lost(corpus):
    lost = {(row.file, *place): times for row in results(corpus) for place, times in row.covered.unread.items()}
    assert lost == {}


def test_the_table_shows_what_happens_today(corpus):
    assert page(results(corpus)) == PAGE.read_text(encoding="utf-8"), f"docs/corpus.md is out of date: {COMMAND}"
