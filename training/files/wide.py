"""A console for wide tables."""

from rich.console import Console

TABLE_WIDTH = 200
"""Characters that a table may take: it takes what it needs."""


def roomy(console: Console) -> Console:
    """The console for tables whose columns say nothing when they are cut: a narrow terminal wraps the lines instead."""
    return Console(file=console.file, width=max(console.width, TABLE_WIDTH), highlight=False, emoji=False)
