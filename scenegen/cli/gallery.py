"""`scenegen gallery`: one self-contained page of a run, finished or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import tyro
from rich.console import Console
from rich.progress import track

from scenegen.cli.values import File, Place
from scenegen.errors import UsageError

T = TypeVar("T")


@dataclass(frozen=True)
class GalleryCommand:
    """Write one self-contained page: the run's figures, a grid of samples, and a viewer of their correspondences.

    The page needs no network. While `scenegen render` goes on, it shows the shards that are complete. Exit
    code 0: all is shown; 1: shards were skipped, they are listed with their reason; 2: usage.

    Examples:
      scenegen gallery out/demo --out gallery.html
      watch -n 60 scenegen gallery out/demo --out gallery.html --max 100

    """

    folder: tyro.conf.Positional[Place]
    """Folder of a run, or its address."""
    out: File = Path("gallery.html")
    """The page to write."""
    max: Annotated[int, tyro.conf.arg(metavar="N")] = 600
    """Samples to show at most, evenly spread over the rooms; each takes up to 100 kB, with the
    layers depth and visibility up to 300 kB."""


def gallery(command: GalleryCommand, console: Console) -> int:
    """Write the page; prints what was skipped and returns the exit code (0 all is shown, 1 shards were skipped).

    Raises UsageError for an impossible request, ShardError where nothing can be read or the page not written.
    """
    from scenegen.inspect.gallery.write import make_gallery
    from scenegen.shards.writer import publish
    from scenegen.sizes import size_text

    _require_possible(command)

    def follow(items: Iterable[T], what: str, /) -> Iterable[T]:
        shown = console.is_terminal
        return track(list(items), f"gallery: {what}", console=console, transient=True, disable=not shown)

    made = make_gallery(command.folder, command.max, follow)
    page = made.html.encode()
    publish(command.out, page)
    for name, why in sorted(made.skipped.items()):
        console.print(f"skipped  {name}: {why}", soft_wrap=True, markup=False, style="red")
    total = f"{made.shown:,} of {made.samples:,} samples in {command.out} ({size_text(len(page))})"
    console.print(total, soft_wrap=True, markup=False)
    return 1 if made.skipped else 0


def _require_possible(command: GalleryCommand) -> None:
    """Refuse what would fail after minutes of work."""
    if command.max < 1:
        raise UsageError(f"--max {command.max}: must be 1 or more")
    if command.out.is_dir():
        raise UsageError(f"--out {command.out}: is a folder: give the name of the page, as in gallery.html")
    if not command.out.parent.is_dir():
        raise UsageError(f"--out {command.out}: no such folder {command.out.parent}: make it, or choose another --out")
