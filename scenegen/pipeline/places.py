"""Where a run's assets lie: known at home, and no part of what is published.

A manifest, a configuration and a card name sources by their kind. The folders stand in `local.json` beside them,
which is for this machine alone.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scenegen.config import GenerationConfig
from scenegen.shards.records import LOCAL
from scenegen.shards.writer import publish

ROLES = ("room_source", "object_source")
"""Options that name a source."""
_ABSOLUTE = re.compile(r"(?<![\w.~:/\\])(?:/(?:[^/\n:;,'\"|()<>]+/)+|[A-Za-z]:\\(?:[^\\\n:;,'\"|()<>]+\\)+)")
"""The folders of an absolute path; its last part stays."""


@dataclass(frozen=True)
class Words:
    """Messages as they may be published: without the folders of this machine."""

    places: tuple[str, ...]
    """Folders that are known, the longest first; what lies in them is named from there on."""

    def published(self, text: str) -> str:
        """The text with every absolute path cut to what lies in a known folder, or else to its last part."""
        for place in self.places:
            text = re.sub(rf"(?<![\w.~/-]){re.escape(place)}/", "", text)
            if place.startswith(("/", "~")):
                text = re.sub(rf"{re.escape(place)}(?![\w.-])", "the source", text)
        return _ABSOLUTE.sub("", text)


def words(config: GenerationConfig) -> Words:
    """The words of a run, which knows the folders of its sources."""
    return words_of(path for spec in sources(config).values() if (path := spec.partition(":")[2]))


def words_of(folders: Iterable[str]) -> Words:
    """The words of a run that knows some folders."""
    forms = {form for path in folders for form in (path.rstrip("/"), *map(str, _forms(Path(path))))}
    return Words(tuple(sorted(forms - {"", "."}, key=lambda form: (-len(form), form))))


def _forms(path: Path) -> tuple[Path, ...]:
    """A folder as it may be written in a message."""
    own = path.expanduser()
    return own, own.absolute(), own.resolve()


def sources(config: GenerationConfig) -> dict[str, str]:
    """The sources of a configuration by role."""
    return {role: str(getattr(config, role)) for role in ROLES}


def has_places(places: Mapping[str, str]) -> bool:
    """Whether a source is a folder of this machine."""
    return any(":" in spec for spec in places.values())


def portable(config: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration of plain values without folders, as `GenerationConfig.portable` makes it."""
    return {**config, **{role: str(config[role]).partition(":")[0] for role in ROLES if role in config}}


def absolute(spec: str) -> str:
    """A source with its folder as it is named from anywhere on this machine."""
    kind, colon, path = spec.partition(":")
    try:
        return f"{kind}:{Path(path).expanduser().resolve()}" if colon and path else spec
    except (OSError, RuntimeError, ValueError):  # too long a name, no such user, a NUL
        return spec


def is_there(spec: str) -> bool:
    """Whether a source names a folder that is there."""
    _, _, path = spec.partition(":")
    try:
        return bool(path) and Path(path).is_dir()
    except (OSError, ValueError):
        return False


def write_places(out: Path, places: Mapping[str, str]) -> None:
    """Keep the folders of a run's sources beside it, if there are any. Raises ShardError where that cannot be."""
    known = {role: absolute(spec) for role, spec in places.items()}
    if not has_places(places):
        return
    note = "folders of this machine, for render and verify --deep: not to be published"
    publish(out / LOCAL, (json.dumps({"note": note, **known}, indent=1) + "\n").encode())


def known_places(out: Path, config: Mapping[str, Any]) -> dict[str, str]:
    """The sources of a run by role, with their folders where they are known here.

    From `local.json`, where it is of the kinds that the configuration of the manifest names; an older manifest
    says them itself.
    """
    said = {role: str(config.get(role, "")) for role in ROLES}
    there = _read(out / LOCAL)
    return {role: _of_kind(spec, there.get(role)) for role, spec in said.items()}


def _of_kind(spec: str, known: Any) -> str:
    """The source as it is known here, if it is of the kind that is asked for."""
    return known if isinstance(known, str) and ":" not in spec and known.partition(":")[0] == spec else spec


def _read(path: Path) -> dict[str, Any]:
    """What `local.json` says; nothing where it is not there, or not readable."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def placed(config: GenerationConfig, places: Mapping[str, str]) -> GenerationConfig:
    """The configuration with its sources where they lie."""
    return replace(config, **{role: places[role] for role in ROLES if places.get(role)})
