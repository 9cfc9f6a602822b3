"""The file that a command writes beside the photos that it reads: what can be told before any work is done."""

from collections.abc import Sequence
from pathlib import Path

from training.errors import RequestError


def check_output(out: Path, photos: Sequence[Path]) -> None:
    """Raise RequestError for a name under which no file can be written, and for one of the photos themselves."""
    if out.is_dir():
        raise RequestError(f"{out}: is a folder; name a file in it")
    if not out.parent.is_dir():
        raise RequestError(f"{out}: cannot be written (there is no folder {out.parent}); make it, or change --out")
    if any(out.exists() and photo.exists() and out.samefile(photo) for photo in photos):
        raise RequestError(f"{out}: is a photo that is read; change --out")
