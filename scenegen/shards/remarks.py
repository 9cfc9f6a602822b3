"""What a manifest says of the assets of its run: defects of those in use, and why others are not.

Each asset stands once in a manifest, however many shards use it: under `assets` its defects by code, under
`skipped` the reason why it could not be used. Names are "room kitchen" and "object mug/17".
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_DETAILS = 8
"""Details that are kept of one defect of one asset: a model may have hundreds of materials without a picture."""

Details = tuple[str, ...]


@dataclass(frozen=True)
class Skip:
    """Why an asset could not be used."""

    reason: str
    """Short stable code."""
    why: str
    """One line for people."""


@dataclass(frozen=True)
class Remarks:
    """What there is to say of assets, by name; an asset without defects is not in it."""

    defects: Mapping[str, Mapping[str, Details]] = field(default_factory=dict)
    """Asset -> code of a defect -> details, at most MOST_DETAILS and a count of the rest."""
    skipped: Mapping[str, Skip] = field(default_factory=dict)

    def to_manifest(self) -> dict[str, Any]:
        """The parts `assets` and `skipped` of a manifest, sorted by name."""
        return {
            "assets": {
                asset: {code: list(details) for code, details in sorted(codes.items())}
                for asset, codes in sorted(self.defects.items())
            },
            "skipped": {asset: {"reason": s.reason, "why": s.why} for asset, s in sorted(self.skipped.items())},
        }

    def published(self, words: Callable[[str], str]) -> "Remarks":
        """The same in other words: `words` is applied to every detail and reason."""
        return Remarks(
            {a: {c: tuple(map(words, details)) for c, details in codes.items()} for a, codes in self.defects.items()},
            {asset: Skip(s.reason, _of_itself(asset, words(s.why))) for asset, s in self.skipped.items()},
        )

    def by_reason(self) -> Counter[str]:
        """Skipped assets by reason."""
        return Counter(sorted(skip.reason for skip in self.skipped.values()))

    def by_code(self) -> Counter[str]:
        """Assets in use by code of their defects: one with two defects counts for both."""
        return Counter(sorted(code for codes in self.defects.values() for code in codes))


NOTHING = Remarks()


def remarks_of(manifest: Mapping[str, Any]) -> Remarks:
    """What the table of a manifest says; nothing where it is older than such remarks. Raises ValueError."""
    assets, skipped = manifest.get("assets", {}), manifest.get("skipped", {})
    if not (isinstance(assets, dict) and isinstance(skipped, dict)):
        raise ValueError("assets or skipped is no table")
    defects = {
        asset: {str(code): _texts(details) for code, details in _table(c).items()} for asset, c in assets.items()
    }
    return Remarks(defects, {asset: _skip(_table(said)) for asset, said in skipped.items()})


def joined_remarks(parts: Iterable[Remarks]) -> Remarks:
    """All that is said, each asset once; the last word about an asset counts."""
    defects: dict[str, Mapping[str, Details]] = {}
    skipped: dict[str, Skip] = {}
    for part in parts:
        defects |= part.defects
        skipped |= part.skipped
    return Remarks(defects, skipped)


def rooms_first(asset: str) -> tuple[bool, str]:
    """Key that sorts assets by name, rooms before objects."""
    return not asset.startswith("room "), asset


def by_code(defects: Iterable[tuple[str, str]]) -> dict[str, Details]:
    """Details by code, from (code, detail) in any order; what is more than MOST_DETAILS is counted."""
    found: dict[str, dict[str, None]] = {}
    for code, detail in defects:
        found.setdefault(code, {})[detail] = None
    return {code: _shortened(tuple(filter(None, details))) for code, details in sorted(found.items())}


def _of_itself(asset: str, why: str) -> str:
    """A reason without the name of the asset before it."""
    return why.removeprefix(f"{asset.partition(' ')[2]}: ")


def _shortened(details: Details) -> Details:
    rest = len(details) - MOST_DETAILS
    return (*details[:MOST_DETAILS], f"and {rest} more") if rest > 0 else details


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("what is said of an asset is no table")
    return value


def _texts(value: Any) -> Details:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError("details of a defect are no list of texts")
    return tuple(value)


def _skip(said: dict[str, Any]) -> Skip:
    reason, why = said.get("reason", ""), said.get("why", "")
    if not (isinstance(reason, str) and isinstance(why, str)):
        raise ValueError("the reason of a skipped asset is no text")
    return Skip(reason, why)
