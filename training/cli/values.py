"""How values of several numbers are written on the command line, and what is refused."""

from training.errors import RequestError


def floats(text: str) -> tuple[float, ...]:
    """Different numbers from `1,0.5,0`, in their order; none where one of the words is no number."""
    try:
        return tuple(dict.fromkeys(float(word) for word in text.split(",")))
    except ValueError:
        return ()


def require(good: bool, message: str) -> None:
    """Raise RequestError with the message unless it is good."""
    if not good:
        raise RequestError(message)
