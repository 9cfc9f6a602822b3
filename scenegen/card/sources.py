"""Where rooms and objects come from, on what terms, and how to cite it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scenegen.shards.origin import imported_from

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"


@dataclass(frozen=True)
class CreditedSource:
    """One source of assets."""

    kind: str
    """Word before the colon of --room-source and --object-source."""
    title: str
    terms: str
    """What may be done with what is made from it, in a sentence."""
    link: str | None = None
    """Page of the project or of the licence."""
    bibtex: str | None = None
    persons: str = "None: models made by a program."
    """What of people may be seen in it."""
    limit: str | None = None
    """What it is no picture of."""
    roles: tuple[str, ...] = ()
    """What it gives to this run: rooms, objects."""
    on_disk: bool = True
    """Whether it lies in a folder, and not in this program."""


_SCENENN = """@inproceedings{hua2016scenenn,
  title     = {{SceneNN}: A Scene Meshes Dataset with {aNNotations}},
  author    = {Hua, Binh-Son and Pham, Quang-Hieu and Nguyen, Duc Thanh and Tran, Minh-Khoi and Yu, Lap-Fai and
               Yeung, Sai-Kit},
  booktitle = {International Conference on 3D Vision (3DV)},
  year      = {2016}
}"""
_SHAPENET = """@techreport{chang2015shapenet,
  title       = {{ShapeNet}: An Information-Rich {3D} Model Repository},
  author      = {Chang, Angel X. and Funkhouser, Thomas and Guibas, Leonidas and Hanrahan, Pat and Huang, Qixing and
                 Li, Zimo and Savarese, Silvio and Savva, Manolis and Song, Shuran and Su, Hao and Xiao, Jianxiong and
                 Yi, Li and Yu, Fisher},
  number      = {arXiv:1512.03012},
  year        = {2015}
}"""
_HM3D = """@inproceedings{ramakrishnan2021hm3d,
  title     = {{Habitat-Matterport 3D Dataset} ({HM3D}): 1000 Large-scale {3D} Environments for Embodied {AI}},
  author    = {Ramakrishnan, Santhosh K. and Gokaslan, Aaron and Wijmans, Erik and Maksymets, Oleksandr and others},
  booktitle = {NeurIPS Datasets and Benchmarks},
  year      = {2021}
}"""
_GSO = """@inproceedings{downs2022gso,
  title     = {{Google Scanned Objects}: A High-Quality Dataset of {3D} Scanned Household Items},
  author    = {Downs, Laura and Francis, Anthony and Koenig, Nate and Kinman, Brandon and others},
  booktitle = {IEEE International Conference on Robotics and Automation (ICRA)},
  year      = {2022}
}"""
_FOLDER = CreditedSource(
    kind="folder",
    title="a folder of meshes",
    terms="Terms of whoever made the meshes, as far as the shards state them.",
    persons="Not known: meshes from a folder may show what they were scanned from.",
    limit="Meshes from a folder are taken as they are; scans among them may have holes.",
)

KNOWN = {
    source.kind: source
    for source in (
        CreditedSource(
            kind="procedural",
            title="the built-in library of scenegen",
            terms="CC0 1.0: use what is made from it as you like.",
            link=CC0,
            on_disk=False,
            limit="Built-in rooms and objects are made by a program: less wear, clutter and variety than real ones.",
        ),
        CreditedSource(
            kind="scenenn",
            title="SceneNN",
            terms="Terms of the SceneNN project: research use; the meshes are not to be passed on.",
            link="https://github.com/hkust-vgd/scenenn",
            bibtex=_SCENENN,
            persons="Rooms were scanned from real places and may show private belongings.",
            limit="Scanned rooms have holes, through which rays hit nothing, and light baked into their colours.",
        ),
        CreditedSource(
            kind="shapenet",
            title="ShapeNetCore",
            terms="ShapeNet terms of use: non-commercial research and education; no models or textures passed on.",
            link="https://shapenet.org/terms",
            bibtex=_SHAPENET,
            persons="None known: models of things, drawn by people.",
            limit="ShapeNet models are often plainly coloured; their real sizes are assumed by category.",
        ),
        CreditedSource(
            kind="hm3d",
            title="Habitat-Matterport 3D",
            terms="Matterport's terms for HM3D: non-commercial academic use; the meshes are not to be passed on.",
            link="https://aihabitat.org/datasets/hm3d/",
            bibtex=_HM3D,
            persons="Homes were scanned from real places and may show private belongings.",
            limit="Scanned homes have holes, through which rays hit nothing, and light baked into their colours.",
        ),
        CreditedSource(
            kind="gso",
            title="Google Scanned Objects",
            terms="CC BY 4.0: use with attribution.",
            link="https://creativecommons.org/licenses/by/4.0/",
            bibtex=_GSO,
            limit="Scanned objects have light baked into their colours.",
        ),
        CreditedSource(
            kind="bop",
            title="models of a BOP data set",
            terms="Terms of the data set the models belong to (see bop.felk.cvut.cz/datasets).",
            link="https://bop.felk.cvut.cz/datasets/",
            limit="Scanned objects have light baked into their colours.",
        ),
        _FOLDER,
    )
}


def _other(kind: str) -> CreditedSource:
    """A source that has no entry in `KNOWN`: what holds of any."""
    return CreditedSource(
        kind=kind,
        title=f"the source `{kind}`",
        terms=f"Terms of {kind}, as far as the shards state them.",
        persons=f"Not known: what {kind} was made from is not described here.",
        limit=f"Rooms and objects of {kind} are taken as they are.",
    )


def _imported(layout: str) -> CreditedSource:
    """The data that an import was made from."""
    return CreditedSource(
        kind="imported",
        title=f"data in the layout {layout}",
        terms="Terms of whoever the data belongs to, as far as the shards state them.",
        persons="Not known: real pictures may show people and private places.",
        roles=("pictures",),
    )


def sources_of(config: Mapping[str, Any]) -> tuple[CreditedSource, ...]:
    """The sources that a run's configuration names, rooms first; one that gives both stands once."""
    if layout := imported_from(config):
        return (_imported(layout),)
    roles: dict[str, list[str]] = {}
    for role in ("room", "object"):
        kind = str(config.get(f"{role}_source", "")).partition(":")[0]
        roles.setdefault(kind, []).append(f"{role}s")
    return tuple(replace(KNOWN.get(kind) or _other(kind), roles=tuple(found)) for kind, found in roles.items())


def is_free(sources: tuple[CreditedSource, ...]) -> bool:
    """Whether all of it is in the public domain."""
    return all(source.link == CC0 for source in sources)
