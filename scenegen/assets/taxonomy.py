"""ShapeNet's `taxonomy.json` in both of its dialects: names and parents of synsets."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenegen.assets.wording import one_line
from scenegen.errors import UsageError

_SYNSET = re.compile(r"^[0-9]{8}\Z")
_MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Taxonomy:
    """Names and parents by synset id."""

    names: dict[str, tuple[str, ...]]
    """All names of a synset, the usual one first, lower case."""
    parents: dict[str, str]
    """The synset above; missing at the top."""

    def lineage(self, synset: str) -> tuple[str, ...]:
        """The synset, then those above it, nearest first."""
        out = [synset]
        while (parent := self.parents.get(out[-1])) is not None and parent not in out:
            out.append(parent)
        return tuple(out)


def read_taxonomy(path: Path) -> Taxonomy:
    """Read either dialect; an absent file gives an empty taxonomy.

    The one is a list of `{synsetId, name, children: [ids]}`, the other a forest of
    `{metadata: {name, label}, children: [nodes]}`. Raises UsageError where the file is neither.
    """
    if not path.is_file():
        return Taxonomy({}, {})
    nodes = _parsed(path)
    names: dict[str, tuple[str, ...]] = {}
    parents: dict[str, str] = {}
    pending: list[tuple[Any, str | None]] = [(n, None) for n in (nodes if isinstance(nodes, list) else [nodes])]
    for node, parent in pending:
        synset = _read_node(node, parent, names, parents)
        children = node.get("children") if isinstance(node, dict) else None
        pending += [(c, synset) for c in (children if isinstance(children, list) else ())]
    if not names:
        raise UsageError(f"{path}: no synsets in it; delete it to use the built-in names")
    return Taxonomy(names, parents)


def _parsed(path: Path) -> Any:
    """The file's JSON. Raises UsageError."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{path}: more than {_MOST_BYTES >> 20} MiB; delete it to use the built-in names")
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise UsageError(f"{path}: not JSON; delete it to use the built-in names") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None


def _read_node(node: Any, parent: str | None, names: dict[str, tuple[str, ...]], parents: dict[str, str]) -> str | None:
    """Note one node, or the id of a child; its synset id where it has one."""
    if isinstance(node, str):
        synset, label = node, None
    else:
        synset, label = _identity(node)
    if synset is not None and parent is not None:
        parents.setdefault(synset, parent)
    if synset is not None and label:
        names[synset] = tuple(one_line(n).lower() for n in label.split(",") if n.strip())
    return synset


def _identity(node: Any) -> tuple[str | None, str | None]:
    """Synset id and names of a node; in the second dialect `name` may hold either."""
    source = node.get("metadata", node) if isinstance(node, dict) else {}
    source = source if isinstance(source, dict) else {}
    texts = [source[k] for k in ("synsetId", "name", "label") if isinstance(source.get(k), str)]
    synset = next((t for t in texts if _SYNSET.match(t)), None)
    return synset, next((t for t in texts if not _SYNSET.match(t)), None)
