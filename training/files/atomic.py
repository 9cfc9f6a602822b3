"""Files that are there whole or not at all."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from scenegen.errors import first_line
from training.errors import RequestError


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to: it takes the name of `path` when the block ends well, and goes otherwise."""
    draft = path.with_name(f".{path.name}.partial")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(out: Path) -> Iterator[None]:
    """Around what writes `out`, or below it: RequestError in a line in place of an OSError."""
    try:
        yield
    except OSError as error:
        why = error.strerror or first_line(error)
        raise RequestError(f"{out}: cannot be written ({why}); change --out or free space") from None
