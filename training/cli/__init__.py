"""The command line: `scenetrain fit`, `compare`, `eval`, `extract`, `match`, `bench`."""

from training.cli.main import main

__all__ = ["main"]
