"""Counts in words: one pair, and 2 pairs."""


def counted(count: int, one: str, many: str = "") -> str:
    """A number of things: "1 pair", "1,000 pairs"; `many` where the plural is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def often(count: int) -> str:
    """A number of times: "once", "3 times"."""
    return "once" if count == 1 else f"{count:,} times"
