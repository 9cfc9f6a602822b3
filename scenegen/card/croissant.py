"""croissant.json: files with digests, licences, splits and responsible-AI fields, after Croissant 1.1 and RAI 1.0.

https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html. Record sets list splits and shards; the arrays inside
HDF5 files are beyond what the specification can extract, and are described by `schema` in the card.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenegen.card.facts import RunFacts
from scenegen.card.readme import bibtex, limitations, summary_line
from scenegen.shards.digest import file_sha256
from scenegen.shards.manifest import Entry

CONFORMS_TO = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
VERSION = "1.0.0"
_TERMS = """arrayShape citeAs column containedIn equivalentProperty extract field fileObject fileProperty fileSet
format includes isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace
samplingRate separator source subField transform"""
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "description": {"@container": "@language"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS.split()},
}
"""The JSON-LD context of the specification, as its validator wants it."""
KEYWORDS = ("image matching", "pixel correspondence", "multi-view geometry", "HDF5")
RENDERED_KEYWORDS = ("synthetic", "indoor")
SPLIT_URLS = {"train": "cr:TrainingSplit", "val": "cr:ValidationSplit", "test": "cr:TestSplit"}


@dataclass(frozen=True)
class Identity:
    """What only the publisher of a set knows; Croissant asks for it, a card does without."""

    url: str | None = None
    creator: str | None = None
    date: str | None = None
    """ISO date of publication."""

    @property
    def missing(self) -> list[str]:
        """Properties that Croissant requires and nobody gave."""
        given = {"url": self.url, "creator": self.creator, "datePublished": self.date}
        return [name for name, value in given.items() if not value]


def croissant(folder: Path, facts: RunFacts, identity: Identity, mark: str) -> str:
    """The JSON text; `mark` stands in it."""
    content: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": list(CONFORMS_TO),
        "name": facts.name,
        "description": summary_line(facts),
        "comment": mark,
        "license": [source.link or facts.license for source in facts.sources],
        **_publisher(identity),
        "version": VERSION,
        "citeAs": bibtex(facts),
        "keywords": [*KEYWORDS, *(() if facts.layout else RENDERED_KEYWORDS)],
        "isLiveDataset": len(facts.shards) < facts.planned,
        **responsible_ai(facts),
        "distribution": [*_aside(folder), *(_shard(entry) for entry in facts.shards)],
        "recordSet": [split_records(facts), shard_records(facts)],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def responsible_ai(facts: RunFacts) -> dict[str, Any]:
    """The fields of the RAI vocabulary."""
    if facts.layout:
        return _of_import(facts)
    titles = " and ".join(f"{' and '.join(source.roles)} of {source.title}" for source in facts.sources)
    made_with = facts.manifest.made_with
    tools = [f"scenegen {facts.manifest.generator_version}"]
    tools += [f"Embree through embreex {made_with['embreex']}"] if "embreex" in made_with else []
    return {
        "rai:dataCollection": "Scenes are staged from meshes by a seeded program, photographed and traced.",
        "rai:dataCollectionType": ["Software Collection"],
        "rai:dataCollectionRawData": f"Meshes: {titles}.",
        "rai:dataCollectionMissingData": "No sample lacks anything; rays without a match say why (rays/status).",
        "rai:dataAnnotationProtocol": [
            "Each traced pixel is followed to the mesh, projected into the other views and traced back from there; "
            "the verdict is one of visible, occluded, out of view, behind the camera, no hit, ambiguous."
        ],
        "rai:machineAnnotationTools": tools,
        "rai:dataUseCases": ["Training and measuring image matching, dense descriptors and multi-view geometry."],
        "rai:dataLimitations": limitations(facts),
        "rai:dataBiases": [_bias(facts)],
        "rai:personalSensitiveInformation": [source.persons for source in facts.sources],
        "rai:dataReleaseMaintenancePlan": "The same configuration and program make the same data again.",
    }


def _of_import(facts: RunFacts) -> dict[str, Any]:
    """The fields of the RAI vocabulary for data of elsewhere."""
    lacking = f"Not known and absent: {', '.join(facts.absent)}. " if facts.absent else ""
    return {
        "rai:dataCollection": f"Data in the layout {facts.layout} was turned into samples by a seeded program.",
        "rai:dataCollectionMissingData": f"{lacking}Rays without a match say why (rays/status).",
        "rai:machineAnnotationTools": [f"scenegen {facts.manifest.generator_version}"],
        "rai:dataUseCases": ["Training and measuring image matching, dense descriptors and multi-view geometry."],
        "rai:dataLimitations": limitations(facts),
        "rai:personalSensitiveInformation": [source.persons for source in facts.sources],
        "rai:dataReleaseMaintenancePlan": "The same data, options and program make the same shards again.",
    }


def split_records(facts: RunFacts) -> dict[str, Any]:
    """The record set of splits."""
    rows = []
    for split in facts.splits:
        url = {"splits/url": SPLIT_URLS[split]} if split in SPLIT_URLS else {}
        rows.append({"splits/name": split, **url})
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "Splits by room and object.",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [_field("splits/name", "sc:Text", "Name."), _field("splits/url", "sc:URL", "Kind.")],
        "data": rows,
    }


def shard_records(facts: RunFacts) -> dict[str, Any]:
    """The record set of shards."""
    names = {"file": "sc:Text", "split": "sc:Text", "room": "sc:Text", "samples": "sc:Integer"}
    fields = [_field(f"shards/{name}", kind, f"{name.capitalize()} of the shard.") for name, kind in names.items()]
    fields[1]["references"] = {"field": {"@id": "splits/name"}}
    return {
        "@type": "cr:RecordSet",
        "@id": "shards",
        "name": "shards",
        "description": "Files of samples, one room each.",
        "key": {"@id": "shards/file"},
        "field": fields,
        "data": [{f"shards/{name}": getattr(entry, name) for name in names} for entry in facts.shards],
    }


def _field(name: str, kind: str, description: str) -> dict[str, Any]:
    return {"@type": "cr:Field", "@id": name, "name": name, "description": description, "dataType": kind}


def _publisher(identity: Identity) -> dict[str, Any]:
    """The properties that were given."""
    given: dict[str, Any] = {"url": identity.url, "datePublished": identity.date}
    if identity.creator:
        given["creator"] = {"@type": "sc:Organization", "name": identity.creator}
    return {name: value for name, value in given.items() if value}


def _shard(entry: Entry) -> dict[str, Any]:
    return _file(entry.file, entry.bytes, entry.sha256, "application/x-hdf5")


def _aside(folder: Path) -> list[dict[str, Any]]:
    """The files of a run beside its shards."""
    found = [folder / name for name in ("manifest.json", "config.json") if (folder / name).is_file()]
    return [_file(path.name, path.stat().st_size, file_sha256(path), "application/json") for path in found]


def _file(name: str, size: int, sha256: str, kind: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{size} B",
        "encodingFormat": kind,
        "sha256": sha256,
    }


def _bias(facts: RunFacts) -> str:
    objects = ", ".join(name for name, _ in facts.categories.most_common(5))
    return f"Indoor scenes with {len(facts.categories)} categories of objects, most often {objects or 'none'}."
