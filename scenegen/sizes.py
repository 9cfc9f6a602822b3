"""Bytes as people say them."""


def size_text(count: float) -> str:
    """A number of bytes for people, in powers of 1000."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{count:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
