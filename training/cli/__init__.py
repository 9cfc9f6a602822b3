"""The command line: `scenetrain fit`, `compare`, `eval`, `extract`, `match`, `export-weights`, `bench`."""

from training.cli.main import main

__all__ = ["main"]
