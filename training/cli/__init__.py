"""The command line: `scenetrain fit`, `eval`, `extract`, `match`, `bench`."""

from training.cli.main import main

__all__ = ["main"]
