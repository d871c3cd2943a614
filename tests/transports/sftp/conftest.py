"""Keys that each test makes for itself."""

import pytest

from tests.support.sftp import Keys


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "keys")
