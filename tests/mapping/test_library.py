"""Profiles are compiled once, and again only where one of their files has changed."""

import pytest

from gateway.errors import ConfigurationError
from gateway.mapping.loader import ProfileLibrary
from tests.mapping.documents import library

OURS = "profile: acme/850\nextends: base/850\nfields: {contract: 'REF[01=CT]/02'}\n"
OTHER = "profile: other/850\nextends: base/850\n"


def again(before: ProfileLibrary, **texts: str) -> ProfileLibrary:
    """A library over changed files that knows the one before."""
    return ProfileLibrary(library(**texts)._fetch, before)


def test_a_profile_is_compiled_once_for_each_version():
    profiles = library()
    assert profiles.mapping("base/850", "004010") is profiles.mapping("base/850", "004010VICS")
    assert profiles.mapping("base/850", "005010") is not profiles.mapping("base/850", "004010")
    assert profiles.profile("base/850").set_id == "850"


def test_what_did_not_change_is_taken_over():
    before = library(acme__850=OURS, other__850=OTHER)
    ours, other = before.mapping("acme/850"), before.mapping("other/850")
    after = again(before, acme__850=OURS.replace("CT", "CO"), other__850=OTHER)
    assert after.mapping("other/850") is other
    assert after.mapping("acme/850") is not ours
    assert after.mapping("acme/850").profile.fields != ours.profile.fields
    # The one that was in force stays as it was.
    assert before.mapping("acme/850") is ours


def test_a_change_of_the_base_reaches_everyone_who_extends_it():
    base = "profile: mine/850\nextends: base/850\ntables: {unit: {EA: piece}}\n"
    child = "profile: acme/850\nextends: mine/850\n"
    before = library(mine__850=base, acme__850=child)
    ours = before.mapping("acme/850")
    after = again(before, mine__850=base.replace("piece", "unit"), acme__850=child)
    assert after.mapping("acme/850") is not ours
    assert after.mapping("acme/850").profile.tables["unit"]["EA"] == "unit"


def test_a_file_that_shadows_a_shipped_one_is_seen():
    before = library(acme__850=OURS)
    ours = before.mapping("acme/850")
    codes = "tables: {purpose: {'00': brand_new}}\n"
    with pytest.raises(ConfigurationError, match="there is no table"):
        again(before, acme__850=OURS, base__codes=codes).mapping("acme/850")
    assert again(before, acme__850=OURS).mapping("acme/850") is ours


def test_a_broken_change_says_what_is_wrong_and_leaves_the_rest():
    before = library(acme__850=OURS, other__850=OTHER)
    other = before.mapping("other/850")
    after = again(before, acme__850=OURS.replace("contract", "contrakt"), other__850=OTHER)
    with pytest.raises(ConfigurationError, match=r"mappings/acme/850\.yaml:3: contrakt: PurchaseOrder has no field"):
        after.mapping("acme/850")
    assert after.mapping("other/850") is other


def test_what_comes_with_the_gateway_is_compiled_once_for_all_folders_of_a_process():
    shared = library()
    ours, theirs = (ProfileLibrary(library(acme__850=OURS)._fetch, None, shared) for _ in range(2))
    assert ours.mapping("base/850") is theirs.mapping("base/850") is shared.mapping("base/850")
    assert ours.mapping("acme/850") is not theirs.mapping("acme/850")


def test_a_file_of_a_folder_in_the_place_of_a_shared_one_counts_there_and_nowhere_else():
    shared = library()
    codes = "tables: {purpose: {'00': brand_new}}\n"
    theirs = ProfileLibrary(library(base__codes=codes)._fetch, None, shared)
    with pytest.raises(ConfigurationError, match="there is no table"):
        theirs.mapping("base/850")
    assert ProfileLibrary(library()._fetch, None, shared).mapping("base/850") is shared.mapping("base/850")
