"""The deepest level of `verify`: samples made again from their assets, and what can be asked without these."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from scenegen.assets.cache import AssetCache
from scenegen.config import from_dict
from scenegen.errors import AssetError, ScenegenError, StagingError, UsageError, first_line
from scenegen.evenly import evenly
from scenegen.pipeline.manifest import require_manifest
from scenegen.pipeline.places import known_places, placed
from scenegen.pipeline.plan import choose_rooms, listing_digest
from scenegen.pipeline.studio import Studio, open_studio
from scenegen.shards.faults import AGAIN
from scenegen.shards.manifest import Manifest
from scenegen.shards.origin import imported_from
from scenegen.shards.reader import ShardReader
from scenegen.shards.records import MANIFEST
from scenegen.verify.audit import DifferenceTally, Tallies, add, audit
from scenegen.verify.check import ShardReport
from scenegen.verify.plausible import Agreement, agreement
from scenegen.verify.real import ViewCheck, check_view, noise_of

MOST_DIFFERENT = 0.01
"""Share of a shard's rays or pixels that may differ from what is made again: rounding of another processor."""
FEWEST_VIEWS = 3
"""Views of a shard below which its pictures are not asked: one bare wall fits its labels anywhere."""
REPROJECTION_PX = 0.01
MORE_ALIKE = 0.05
"""Correlation by which matches must look more alike than shuffled ends do, in most views of an import."""
LEAST_ON_DEPTH = 0.8
"""Least share of visible points on the other view's depth; at edges the nearest pixel shows the other side."""


class Auditor:
    """Looks deeply into some samples of each shard of a folder; keeps what it counted.

    `places` names sources of the run by role (`room_source`, `object_source`) where `local.json` does not.
    """

    def __init__(self, folder: Path, samples: int, places: Mapping[str, str | None] = MappingProxyType({})) -> None:
        self.samples = samples
        self._places = {role: spec for role, spec in places.items() if spec}
        self.tallies: Tallies = {}
        self.coarse = DifferenceTally()
        """Views of imports, and those whose labels fit the pictures better a pixel or two elsewhere."""
        self.notes: list[str] = []
        self._studio = self._open(folder)

    def look(self, path: Path, report: ShardReport) -> ShardReport:
        """The report with what a deep look adds to it."""
        with ShardReader(path) as reader:
            rows = evenly(range(len(reader)), self.samples)
            if imported_from(reader.config):
                found = held_together(reader, rows)
                self.tallies = add(self.tallies, {"verdicts": found.verdicts} if found.verdicts.compared else {})
                self.coarse += found.coarse
                return replace(report, problems=(*report.problems, *found.problems))
            problems = [*self._made_again(reader, rows), *implausible(reader, rows)]
        return replace(report, problems=(*report.problems, *problems))

    def close(self) -> None:
        """Close the renderer, if one was opened, and note how coarse the labels of imports are."""
        if self.coarse.differ:
            self.notes.append(
                f"labels fit the pictures better a pixel or two elsewhere in {self.coarse.differ} of "
                f"{self.coarse.compared} views: poses, calibration or marks of the data are that coarse"
            )
        if self._studio is not None:
            self._studio.renderer.close()

    def _open(self, folder: Path) -> Studio | None:
        """The sources and the renderer of the run; None, with a note, where they are not there."""
        try:
            manifest = require_manifest(folder)
            if layout := imported_from(manifest.config):
                self.notes.append(
                    f"{folder}: imported from {layout}: no seed makes its samples again; depth, cameras, verdicts and "
                    "pictures are checked against each other"
                )
                return None
            config = from_dict(dict(manifest.config), f"{folder / MANIFEST}")
            config = placed(config, known_places(folder, manifest.config) | self._places)
            studio = open_studio(config, AssetCache())
            _require_same_assets(manifest, studio)
            return studio
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ScenegenError) as error:
            self.notes.append(
                f"{folder}: nothing is made again, the assets are not at hand ({first_line(error)}); name them with "
                "--room-source and --object-source; geometry and pictures are checked against each other"
            )
            return None

    def _made_again(self, reader: ShardReader, rows: Sequence[int]) -> list[str]:
        """Make samples again and count; lines about what differs too much."""
        if self._studio is None:
            return []
        try:
            found = audit(self._studio, reader, rows)
        except (AssetError, StagingError) as error:
            return [f"cannot be made again: {error}"]
        self.tallies = add(self.tallies, found)
        return [
            f"{kind}: {tally.rate:.1%} differ from what the configuration makes"
            for kind, tally in found.items()
            if tally.rate > MOST_DIFFERENT
        ]


def _require_same_assets(manifest: Manifest, studio: Studio) -> None:
    """Raise UsageError where the sources are not those that the run chose from; an older manifest does not say."""
    known = manifest.assets_sha256
    chosen = choose_rooms(studio.config, studio.rooms) if known else ()
    if known and known != listing_digest(studio.rooms, chosen, studio.objects):
        raise UsageError("the rooms or objects there are not those that the run chose from")


def implausible(reader: ShardReader, rows: Sequence[int]) -> list[str]:
    """Lines about samples whose depth, poses, labels and pictures contradict each other.

    One picture can deceive (a repeated pattern, a bare wall), so mirrored or shifted labels are those of most samples.
    """
    found = [agreement(sample, view) for sample in map(reader.__getitem__, rows) for view in range(1, len(sample.rgb))]
    lines = []
    if (worst := max(a.reprojection_px for a in found)) > REPROJECTION_PX:
        lines.append(f"rays/xy is up to {worst:.3g} px from where depth and poses put it")
    if off := sum(a.depth_agrees < LEAST_ON_DEPTH for a in found):
        lines.append(f"visible points lie off the depth of the other view in {off} of {len(found)} views")
    return lines + _wrong_labels([a for a in found if a.detail == a.detail])


@dataclass(frozen=True)
class Together:
    """How some samples of an import hold together."""

    problems: tuple[str, ...]
    """One line each."""
    verdicts: DifferenceTally = field(default_factory=DifferenceTally)
    """Verdicts that were made again from depth and cameras."""
    coarse: DifferenceTally = field(default_factory=DifferenceTally)
    """Views whose pictures were asked, and those whose labels fit better a pixel or two elsewhere."""


def held_together(reader: ShardReader, rows: Sequence[int]) -> Together:
    """Hold depth, cameras, verdicts and pictures of samples of an import against each other."""
    try:
        noise = noise_of(reader.config)
    except (TypeError, ValueError, AttributeError):
        return Together((f"the configuration states no noise of the depth that can be read: {AGAIN}",))
    pairs = [(sample, view) for sample in map(reader.__getitem__, rows) for view in range(1, len(sample.rgb))]
    looks = [check_view(sample, view, noise) for sample, view in pairs]
    verdicts = sum((DifferenceTally(one.verdicts, one.differ) for one in looks), DifferenceTally())
    lines = []
    if verdicts.rate > MOST_DIFFERENT:
        lines.append(f"verdicts: {verdicts.rate:.1%} differ from what depth and cameras say")
    if (worst := max(one.reprojection_px for one in looks)) > REPROJECTION_PX:
        lines.append(f"rays/xy is up to {worst:.3g} px from where depth and poses put it")
    asked = [one for one in (agreement(*pair) for pair in pairs) if one.detail == one.detail]
    coarse = DifferenceTally(len(asked), sum(one.shift_px != (0, 0) for one in asked))
    return Together((*lines, *_unlike(looks), *_wrong_labels(asked)), verdicts, coarse)


def _unlike(looks: list[ViewCheck]) -> list[str]:
    """A line where matches look no more alike than shuffled ones in most views that can be asked."""
    asked = [one for one in looks if one.alike == one.alike]
    bad = sum(one.alike < one.shuffled + MORE_ALIKE for one in asked)
    return (
        [f"matches look no more alike than shuffled ones in {bad} of {len(asked)} views"]
        if bad * 2 > len(asked)
        else []
    )


def _wrong_labels(found: list[Agreement]) -> list[str]:
    """Lines about labels that fit the pictures better mirrored or shifted, in most samples."""
    lines: list[str] = []
    if len(found) < FEWEST_VIEWS:
        return lines
    for what, votes in (
        ("mirrored in", Counter(a.mirrored for a in found if a.mirrored)),
        ("shifted by (x, y) px", Counter(a.shift_px for a in found if a.shift_px != (0, 0))),
    ):
        if votes and votes.most_common(1)[0][1] * 2 > len(found):
            which, count = votes.most_common(1)[0]
            lines.append(f"labels fit the pictures better {what} {which}, in {count} of {len(found)} views")
    return lines
