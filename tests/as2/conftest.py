"""What the tests of AS2 share."""

import pytest

from tests.as2.openssl import OpenSSL


@pytest.fixture
def openssl(tmp_path):
    """The ``openssl`` command with a folder of this test."""
    return OpenSSL(tmp_path)


@pytest.fixture(autouse=True)
def spools():
    """End the spools of a test with it."""
    from tests.as2.exchange import close_spools

    yield
    close_spools()
