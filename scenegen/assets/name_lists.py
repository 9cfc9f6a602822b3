"""Categories of models told by a JSON file beside them: {category: [name, ...]}, as Objaverse's LVIS annotations."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from scenegen.assets.wording import is_plain

SUFFIXES = (".json", ".json.gz")
_MOST_BYTES = 64 << 20


def listed_categories(root: Path, ids: Iterable[str]) -> dict[str, str]:
    """Category by id of the models whose name stands in a JSON file at the top of the folder.

    A name is a model's id or the last part of it. Files of another form are passed over; of several
    that fit, the first by name counts, and of several categories of one model the first in the file.
    """
    by_name = {PurePosixPath(i).name: i for i in ids} | {i: i for i in ids}
    for path in sorted(p for p in root.iterdir() if p.name.endswith(SUFFIXES) and p.is_file()):
        lists = _lists(path)
        found = {by_name[n]: c for c, names in reversed(lists.items()) for n in names if n in by_name}
        if found:
            return found
    return {}


def _lists(path: Path) -> dict[str, list[str]]:
    """Names by category; empty where the file is something else, or too large."""
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
        tree = json.loads(data.decode("utf-8-sig")) if len(data) <= _MOST_BYTES else None
    except (OSError, EOFError, ValueError, RecursionError):
        return {}
    if not isinstance(tree, dict) or not all(isinstance(v, list) for v in tree.values()):
        return {}
    plain = {c.lower(): v for c, v in tree.items() if c.strip() and is_plain(c)}
    return {c: [str(PurePosixPath(n).with_suffix("")) if n.endswith(".glb") else n for n in v if isinstance(n, str)]
            for c, v in plain.items()}  # fmt: skip
