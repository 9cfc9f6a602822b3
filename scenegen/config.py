"""The configuration: one set of frozen dataclasses that is the command line, the file and the record.

`GenerationConfig` holds all that decides what a data set contains, and is written into every shard.
Where it goes, how many workers make it and which codec packs it do not belong here.
"""

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, field, replace
from typing import Literal, NamedTuple

from scenegen.decoding import Misfit, decode
from scenegen.errors import UsageError, shown
from scenegen.geometry import pinhole
from scenegen.layers import DEFAULT, LAYER
from scenegen.lenses import Lens, parse
from scenegen.rays import is_seen, unseen
from scenegen.renderers import RUNS_ANYWHERE, RendererName


class Range(NamedTuple):
    """LOW:HIGH, both included."""

    low: float
    high: float


class Size(NamedTuple):
    """WIDTHxHEIGHT in pixels."""

    width: int
    height: int


CELLS = {1.0: (1, 1), 0.5: (1, 2), 0.25: (2, 2), 0.125: (2, 4), 0.0625: (4, 4), 0.03125: (4, 8), 0.015625: (8, 8)}
"""Share of traced pixels -> cell (width, height) in pixels; one ray in each cell."""


@dataclass(frozen=True)
class ObjectsConfig:
    """Which objects a room gets, and where."""

    objects: Range = Range(1.0, 15.0)
    """Number of objects in a layout, LOW:HIGH, drawn uniformly (paper: 1 to 15)."""
    placement: Literal["float", "rest", "mixed"] = "mixed"
    """float: anywhere in free space, any orientation (paper). rest: upright on floor, tables, shelves. mixed: both."""
    object_scale: Literal["real", "paper"] = "real"
    """real: natural size; what is too large for a room (1.2 m floating, 1.6 m resting) becomes a toy of 0.3 to 0.75 m.
    paper: floating objects have a bounding-box diagonal of 0.3 to 0.75 m."""
    clearance_m: float = 0.05
    """Least distance of a floating object from the room and from other objects, metres."""
    pairs_per_layout: int = 4
    """Samples photographed of one arrangement of objects before the next one is made."""


@dataclass(frozen=True)
class CamerasConfig:
    """Where the cameras stand and what they must see."""

    overlap: Range = Range(0.2, 0.9)
    """Accepted share of each view's surface that the other view sees, LOW:HIGH, measured by ray tracing."""
    baseline_m: Range = Range(0.5, 3.0)
    """Distance between the cameras of a sample, metres (paper: 0.5 to 3)."""
    target_distance_m: Range = Range(1.0, 3.0)
    """Distance from a camera to what it looks at, metres (paper: 1 to 3)."""
    camera_height_m: Range = Range(0.5, 3.0)
    """Height of a camera above the floor, metres; capped 10 cm below the ceiling (paper: 0.5 to 3)."""
    max_angle_deg: float = 65.0
    """Largest angle between the viewing directions of a sample, degrees (paper: 65)."""
    target_jitter_m: float = 0.5
    """Cameras look at the middle of the objects, plus up to this much on both horizontal axes (paper: 0.5)."""
    roll_deg: Range = Range(0.0, 0.0)
    """Camera roll about the viewing axis, LOW:HIGH degrees, drawn per view."""
    focal_px: Range = Range(500.0, 500.0)
    """Focal length, LOW:HIGH pixels at an image width of 640, drawn per view; scaled with the width."""
    rig: str = "free"
    """free: every camera where it finds a place. stereo:METRES: side by side, each so far to the right of the one
    before, all looking the same way in the same light, of one focal length; overlap, baseline, angle follow from it."""

    trajectory: Literal["none", "orbit", "walk", "handheld"] = "none"
    """none: views are pictures taken here and there. orbit, walk, handheld: they are the frames of a smooth path, 24 a
    second in the same light; overlap, baseline and angle follow from it."""

    lens: str = "pinhole"
    """pinhole. brown:K1,K2,P1,P2,K3 (Brown-Conrady) or fisheye:K1,K2,K3,K4, as OpenCV has them: what every camera's
    lens does to its rays before --focal-px makes pixels of them. Rays are traced through it; nothing is resampled."""

    @property
    def optics(self) -> Lens:
        """What `lens` names. Raises ValueError where it names none."""
        return parse(self.lens)

    @property
    def free(self) -> bool:
        """Whether every camera finds a place of its own."""
        return self.rig == "free" and self.trajectory == "none"

    @property
    def spacing_m(self) -> float | None:
        """Metres from each camera of a rig to the next; None where they stand free, NaN where `rig` says neither."""
        if self.rig == "free":
            return None
        metres = self.rig.removeprefix("stereo:")
        return float(metres) if metres != self.rig and _DECIMAL.fullmatch(metres) else math.nan


_DECIMAL = re.compile(r"[0-9]{0,9}\.?[0-9]{1,20}")
_LATER = {"rig": "free", "trajectory": "none", "lens": "pinhole"}
"""Options of cameras that shards of 0.3 do not know, and what they had instead."""


@dataclass(frozen=True)
class LightConfig:
    """How views are lit."""

    relight: Literal["on", "off"] = "on"
    """on: every view of a sample has lights of its own (as the paper); those of --rig or --trajectory share them even
    so, as pictures taken together do. off: the views share them."""
    lights: Range = Range(1.0, 3.0)
    """Number of lights with cast shadows, LOW:HIGH."""


@dataclass(frozen=True)
class GenerationConfig:
    """All that decides what a data set contains; two runs with equal values give equal shards."""

    rooms: int = 76
    """Number of rooms."""
    room_source: str = "procedural"
    """procedural (built in), scenenn:PATH, hm3d:PATH, or folder:PATH with meshes (.ply .obj .glb .gltf .stl .off)."""
    object_source: str = "procedural"
    """procedural (built in), shapenet:PATH, gso:PATH, bop:PATH, or folder:PATH with meshes (as above)."""
    pairs_per_room: int = 8
    """Samples (pairs, when --views is 2) of each room."""
    views: int = 2
    """Cameras per sample; rays are traced from the first and followed into all others."""
    size: Size = Size(640, 480)
    """Image size in pixels, WIDTHxHEIGHT."""
    trace_fraction: float = 0.125
    """Share of the first view's pixels that is traced: one in each cell of 1/fraction pixels."""
    seed: int = 0
    """Root of all randomness."""
    renderer: RendererName = RUNS_ANYWHERE
    """embree: ray traced, runs anywhere. pyrender: OpenGL, needs the `gl` extra and EGL."""
    layers: tuple[str, ...] = DEFAULT
    """Which image layers to store, comma-separated, rgb among them; all there are stand above. visibility is a byte per
    pixel and other view; semantic, two bytes per pixel, has names: of room surfaces where the source knows them, and
    of objects."""
    objects: ObjectsConfig = field(default_factory=ObjectsConfig)
    cameras: CamerasConfig = field(default_factory=CamerasConfig)
    light: LightConfig = field(default_factory=LightConfig)

    @property
    def cell(self) -> tuple[int, int]:
        """(width, height) in pixels of the cell that holds one ray."""
        return CELLS[self.trace_fraction]

    @property
    def rays(self) -> int:
        """Number of rays R of a sample."""
        return (self.size[0] // self.cell[0]) * (self.size[1] // self.cell[1])

    def portable(self) -> "GenerationConfig":
        """The same without folder names: what shards record, equal wherever the assets lie."""
        return replace(self, room_source=self.room_source.split(":")[0], object_source=self.object_source.split(":")[0])

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no spaces, one spelling of a number; without what came later and is not used."""
        values, metres = asdict(self), self.cameras.spacing_m
        rig = self.cameras.rig if metres is None else f"stereo:{metres!r}".removesuffix(".0")
        spelt = values["cameras"] | {"lens": str(self.cameras.optics), "rig": rig}
        values["cameras"] = dict(spelt.items() - _LATER.items())
        return json.dumps(values, sort_keys=True, separators=(",", ":"))

    def sha256(self) -> str:
        """sha256 (hex) of the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def checked(config: GenerationConfig) -> GenerationConfig:
    """The same configuration, or UsageError that names the first impossible value and what is possible."""
    for rules in (_counts, _images, _ranges, _numbers, _optics):
        if broken := [message for holds, message in rules(config) if not holds]:
            raise UsageError(broken[0])
    return config


def _counts(c: GenerationConfig) -> list[tuple[bool, str]]:
    """Rules about numbers of things, each with the message for when it does not hold."""
    usual = CamerasConfig()
    return [
        (c.rooms >= 1, f"--rooms {c.rooms}: at least 1 room is needed"),
        (c.pairs_per_room >= 1, f"--pairs-per-room {c.pairs_per_room}: at least 1 is needed"),
        (
            2 <= c.views <= (16 if c.cameras.trajectory == "none" else 96),
            f"--views {c.views}: a sample has 2 to 16 views, 2 to 96 with --trajectory",
        ),
        *(
            (
                c.cameras.free or getattr(c.cameras, name) == getattr(usual, name),
                f"--{name.replace('_', '-')}: follows from --rig or --trajectory; leave it out",
            )
            for name in ("overlap", "baseline_m", "max_angle_deg")
        ),
        (
            c.cameras.trajectory == "none" or c.cameras.rig == "free",
            f"--trajectory {c.cameras.trajectory}: is for one camera; leave out --rig {shown(c.cameras.rig)[1:-1]}",
        ),
        (c.objects.pairs_per_layout >= 1, f"--pairs-per-layout {c.objects.pairs_per_layout}: at least 1 is needed"),
        (0 <= c.seed < 2**63, f"--seed {c.seed}: must be 0 or a positive 63-bit integer"),
    ]


def _images(c: GenerationConfig) -> list[tuple[bool, str]]:
    """Rules about pictures and their layers."""
    width, height = c.size
    unknown = [layer for layer in c.layers if layer not in LAYER]
    return [
        (
            32 <= width <= 8192 and 32 <= height <= 8192,
            f"--size {width}x{height}: width and height must be 32 to 8192 pixels, as in 640x480",
        ),
        (
            c.trace_fraction in CELLS,
            f"--trace-fraction {c.trace_fraction:g}: choose one of {', '.join(f'{f:g}' for f in CELLS)}",
        ),
        (not unknown, f"--layers {shown(','.join(unknown))[1:-1]}: unknown; choose from {','.join(LAYER)}"),
        ("rgb" in c.layers, "--layers: rgb cannot be left out"),
    ]


def _ranges(c: GenerationConfig) -> list[tuple[bool, str]]:
    """Rules about LOW:HIGH values and single measures."""
    limits = {
        "--overlap": (c.cameras.overlap, 0.0, 1.0),
        "--baseline-m": (c.cameras.baseline_m, 0.0, 100.0),
        "--target-distance-m": (c.cameras.target_distance_m, 0.05, 100.0),
        "--camera-height-m": (c.cameras.camera_height_m, 0.0, 100.0),
        "--roll-deg": (c.cameras.roll_deg, -180.0, 180.0),
        "--focal-px": (c.cameras.focal_px, 50.0, 10000.0),
        "--objects": (c.objects.objects, 0.0, 200.0),
        "--lights": (c.light.lights, 1.0, 8.0),
    }
    return [
        (0 <= c.objects.clearance_m <= 1, f"--clearance-m {c.objects.clearance_m:g}: must be 0 to 1 metre"),
        (0 < c.cameras.max_angle_deg <= 180, f"--max-angle-deg {c.cameras.max_angle_deg:g}: must be 0 to 180"),
        (
            c.cameras.spacing_m is None or 0.001 <= c.cameras.spacing_m <= 10,
            f"--rig {shown(c.cameras.rig)[1:-1]}: must be free, or stereo:METRES from 0.001 to 10, as stereo:0.12",
        ),
        *(
            (
                _within(value, low, high),
                f"{flag} {value.low:g}:{value.high:g}: must be LOW:HIGH within {low:g}:{high:g}",
            )
            for flag, (value, low, high) in limits.items()
        ),
    ]


def _numbers(c: GenerationConfig) -> list[tuple[bool, str]]:
    """Rules about LOW:HIGH values that count things."""
    return [
        (
            all(float(v).is_integer() for v in value),
            f"{flag} {value.low:g}:{value.high:g}: must be whole numbers LOW:HIGH, as in 1:3",
        )
        for flag, value in {"--objects": c.objects.objects, "--lights": c.light.lights}.items()
    ]


def _optics(c: GenerationConfig) -> list[tuple[bool, str]]:
    """Rules about the lens; asked last, of sizes and focal lengths that are possible."""
    try:
        lens = c.cameras.optics
    except ValueError as error:
        return [(False, f"--lens {shown(c.cameras.lens)[1:-1]}: {error}")]
    camera = pinhole(*c.size, c.cameras.focal_px.low * c.size.width / 640)
    return [(is_seen(camera.K, lens, *c.size), f"--{unseen(lens, *c.size, camera.f_px)}")]


def _within(value: Range, low: float, high: float) -> bool:
    """Whether low <= value.low <= value.high <= high."""
    return all(math.isfinite(v) for v in value) and low <= value.low <= value.high <= high


def from_dict(values: dict, where: str = "configuration") -> GenerationConfig:
    """The configuration of nested plain values (JSON, TOML); missing ones keep their defaults.

    Raises UsageError that names an unknown key or a value of the wrong kind.
    """
    try:
        return decode(GenerationConfig, values)
    except Misfit as error:
        raise UsageError(": ".join(filter(None, (where, *error.path, str(error))))) from None
