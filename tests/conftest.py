"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from roots import SHARED

# what the terminal, a launcher of several processes or a user's own settings say is nothing to the tests
for name in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "CLICOLOR", "COLORTERM",
             "RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", "PYTHONWARNINGS", "SCENEGEN_SHARD",
             "SCENEGEN_SHARD_COUNT", "JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID"):  # fmt: skip
    os.environ.pop(name, None)
os.environ["TERM"] = "xterm"

# machines are shared: no test may fail for being slow; in CI the examples are the same in every run
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
# tools/mutate.py asks whether a test fails, the same question each time, and not for the smallest example of it
settings.register_profile("mutants", deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_configure(config: pytest.Config) -> None:
    """Compile once, before the workers start, what each of them and of their processes would compile for itself."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        from scenegen.rendering import open_renderer

        open_renderer("embree").close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real rooms, models and photo pairs; tests that need it skip where it is missing."""
    if not (SHARED / "MANIFEST.sha256").is_file():
        pytest.skip(f"real test data not found at {SHARED} (set SCENEGEN_TEST_DATA)")
    return SHARED


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """The folder of small difficult files; tests that need it skip where it is missing."""
    folder = SHARED.parent / "cases"
    if not (folder / "README.md").is_file():
        pytest.skip(f"difficult files not found at {folder} (set SCENEGEN_TEST_DATA to the folder beside it)")
    return folder
