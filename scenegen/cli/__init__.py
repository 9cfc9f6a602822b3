"""The command line: `scenegen render`, `scenegen inspect`, `scenegen assets check`."""

from scenegen.cli.main import main

__all__ = ["main"]
