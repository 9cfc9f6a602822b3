"""What commands print to."""

from rich.console import Console


def terminal(errors: bool = False) -> Console:
    """The standard output, or that for errors. Names of files stay as they are: no colours in them and no emoji."""
    return Console(stderr=errors, highlight=False, emoji=False)
