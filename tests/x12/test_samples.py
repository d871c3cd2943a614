"""The good documents of these tests are good, so that every fault in them is one that a test put there."""

import pytest

from tests.x12.samples import BODIES, checked, document, faults_in


@pytest.mark.parametrize("version", ["004010", "005010"])
@pytest.mark.parametrize("set_id", BODIES)
def test_a_good_document_has_no_fault(set_id, version):
    assert faults_in(set_id, BODIES[set_id], version) == []
    found = checked(document(set_id, version=version))
    assert found.clean
    assert [each.control_number for each in found.interchanges[0].documents] == ["0001"]
