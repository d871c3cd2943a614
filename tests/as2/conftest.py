"""What the tests of AS2 share. The runs of atheris belong to the long proof only."""

import os
import platform
import sys

import pytest

from tests.as2.openssl import OpenSSL

_HAS_ATHERIS = (sys.platform, platform.machine()) == ("linux", "x86_64") and sys.version_info < (3, 14)
collect_ignore = [] if os.environ.get("GATEWAY_PROOF") and _HAS_ATHERIS else ["test_fuzzing.py"]


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
