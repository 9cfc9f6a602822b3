"""Which files are forms of one model: several suffixes, levels of detail, label meshes, texture-less twins.

Pure: names in, groups out. One model is one asset with one id, whatever files it comes in: as two assets its
surface could stand in train and in val, and a mesh painted with labels would pass for a room. The rules are data
sets' own habits, one line each; a rule that could hit an innocent name (`chair_low`) wants the plain name beside it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

SUFFIXES = (".glb", ".gltf", ".obj", ".ply", ".off", ".stl")
"""Formats that carry textures first."""
LABELS = 1000
"""Rank of a form whose colours are labels: never used where there is another."""


@dataclass(frozen=True)
class FormRule:
    """How a name below the folder, without its suffix, tells that the file is a form of another."""

    pattern: re.Pattern[str]
    plain: str
    """What the match is replaced by, as in `re.sub`: the name of the model."""
    rank: int
    """The plain name has 0, the best form the least; a number in the name (`n`) is added."""
    only_beside: bool = False
    """Whether this is a form only where the plain name is there too."""


def _rule(pattern: str, plain: str = "", rank: int = 0, only_beside: bool = False) -> FormRule:
    return FormRule(re.compile(pattern, re.IGNORECASE), plain, rank, only_beside)


_TINY = r"simplified|simple|decimated|lowpoly|low|lowres|collision|collider|convex|hull|proxy|untextured|notexture"
RULES = (
    _rule(r"[._-]lod[_-]?(?P<n>\d{1,2})$"),  # levels of detail, 0 the finest
    _rule(r"\.basis$", rank=50),  # HM3D: pictures in Basis
    _rule(r"[._-]semantics?$", rank=LABELS),  # HM3D, Matterport
    _rule(r"_vh_clean$"),  # ScanNet, the whole scan
    _rule(r"_vh_clean_2$", rank=1),  # ScanNet, thinned out
    _rule(r"_vh_clean(_2)?\.labels$", rank=LABELS),
    _rule(r"[._-](seg|label|labels|segmentation)$", rank=LABELS, only_beside=True),
    _rule(r"/habitat/mesh$", "/mesh", rank=LABELS, only_beside=True),  # Replica: habitat/mesh_semantic, as stripped
    _rule(r"(?<=.)/meshes/model$"),  # Google Scanned Objects
    _rule(r"(^|/)models_fine/(obj_\d+)$", r"\1models/\2", rank=-1),  # BOP
    _rule(r"(^|/)models_(?:cad|reconst)/(obj_\d+)$", r"\1models/\2", rank=2, only_beside=True),
    _rule(r"(^|/)models_eval/(obj_\d+)$", r"\1models/\2", rank=3),
    _rule(r"/google_512k/(non)?textured$"),  # YCB
    _rule(r"/google_64k/(non)?textured$", rank=1),
    _rule(r"/google_16k/(non)?textured$", rank=2),
    _rule(r"/(tsdf|poisson)/(non)?textured$", rank=3),
    _rule(r"/clouds/merged_cloud$", rank=4),
    _rule(r"(^|/)nontextured$", r"\1textured", rank=60, only_beside=True),
    _rule(r"(^|/)collision/([^/]+)$", r"\1visual/\2", rank=100, only_beside=True),  # URDF
    _rule(rf"[._-]({_TINY})$", rank=100, only_beside=True),
)
_FORMAT_FOLDERS = {"glb": (".glb", ".gltf"), "gltf": (".glb", ".gltf")} | {s[1:]: (s,) for s in SUFFIXES[2:]}
_FORMAT_FOLDER = re.compile(rf"(?:^|(?<=/))({'|'.join(_FORMAT_FOLDERS)})/(?=[^/]+$)", re.IGNORECASE)


@dataclass(frozen=True)
class Forms:
    """The files of one model."""

    names: tuple[str, ...]
    """Names below the folder, the best form first; those painted with labels only where there is nothing else."""
    labels: bool = False
    """Whether the colours of what there is are labels."""


def group_forms(names: Iterable[str], alone: Iterable[str] = ()) -> dict[str, Forms]:
    """The models among `names` of mesh files (paths below the folder, with "/"), by id, sorted.

    An id is the path without suffix and without what tells the form. Files in `alone` (those with a line of their
    own in assets.jsonl) are models of their own, under their whole name where the id is another's.
    """
    own = set(alone)
    given = sorted(names)
    placed = {name: _place(name) for name in given}
    keys = {key for name, (key, _) in placed.items() if name not in own}
    together: dict[str, list[tuple[int, int, str]]] = {}
    for name in given:
        if name not in own:
            key, rank = _beside(*placed[name], keys)
            together.setdefault(key, []).append((rank, SUFFIXES.index(_suffix(name)), name))
    scans = {placed[name][0] for name in given if name in own and placed[name][1] < LABELS}
    out = {
        key: _forms(members)
        for key, members in together.items()
        if key not in scans or min(members)[0] < LABELS  # labels of a scan that has a line of its own are no model
    }
    single = [placed[name][0] for name in given if name in own]
    for name in (n for n in given if n in own):
        key, rank = placed[name]
        free = key not in together and single.count(key) == 1
        out[key if free else name] = Forms((name,), rank >= LABELS)
    return dict(sorted(out.items()))


def _place(name: str) -> tuple[str, int]:
    """Id and rank by the rules that look at the name alone."""
    return _applied(_plain(name), 0, [r for r in RULES if not r.only_beside], None)


def _beside(key: str, rank: int, keys: set[str]) -> tuple[str, int]:
    """Id and rank by the rules that want the plain name among `keys` as well."""
    return _applied(key, rank, [r for r in RULES if r.only_beside], keys)


def _applied(key: str, rank: int, rules: list[FormRule], keys: set[str] | None) -> tuple[str, int]:
    """The first rule that fits, then those for what is left, as long as one fits."""
    for rule in rules:
        found = rule.pattern.search(key)
        plain = found and rule.pattern.sub(rule.plain, key)
        if found and plain and plain != key and not plain.endswith("/") and (keys is None or plain in keys):
            return _applied(plain, rank + rule.rank + int(found.groupdict().get("n") or 0), rules, keys)
    return key, rank


def _plain(name: str) -> str:
    """The name without its suffix, and without a last folder that only names the format (obj/chair.obj)."""
    stem = str(PurePosixPath(name).with_suffix(""))
    folder = _FORMAT_FOLDER.search(stem)
    of_format = folder is not None and _suffix(name) in _FORMAT_FOLDERS[folder[1].lower()]
    return _FORMAT_FOLDER.sub("", stem) if of_format else stem


def _suffix(name: str) -> str:
    """The suffix, lower case."""
    return PurePosixPath(name).suffix.lower()


def _forms(members: list[tuple[int, int, str]]) -> Forms:
    """Best form first, without label meshes where there is anything else."""
    ordered = sorted(members)
    pictures = tuple(name for rank, _, name in ordered if rank < LABELS)
    return Forms(pictures or tuple(name for _, _, name in ordered), not pictures)
