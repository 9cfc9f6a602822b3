"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("SCENEGEN_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real rooms, models and photo pairs; tests that need it skip where it is missing."""
    if not (SHARED / "MANIFEST.sha256").is_file():
        pytest.skip(f"real test data not found at {SHARED} (set SCENEGEN_TEST_DATA)")
    return SHARED
