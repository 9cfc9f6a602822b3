"""Where the project lies, for tests that run its commands or read its pages."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""Of the project."""
TESTS = ROOT / "tests"
SHARED = Path(os.environ.get("SCENEGEN_TEST_DATA", ROOT.parent / "shared" / "data"))
"""Real data, where it is there."""
PYTHONPATH = os.pathsep.join([str(TESTS / "support"), str(ROOT)])
"""Of other processes."""
