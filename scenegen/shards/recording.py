"""The text of `manifest.json` and of a slice's record; `shards.records` reads them, and says how they are laid out."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from scenegen.shards.manifest import Entry, Manifest, Record
from scenegen.shards.records import HEAD, LISTS
from scenegen.shards.schema import FORMAT


def manifest_json(manifest: Manifest) -> str:
    """The text of `manifest.json`."""
    head = {"format": FORMAT, **{name: getattr(manifest, name) for name in HEAD}}
    counts = {"num_shards": manifest.num_shards, "complete": manifest.complete}
    parts = {"planned": [asdict(job) for job in manifest.planned], **_of_record(manifest.record)}
    return _laid_out({**head, "config": manifest.config, **counts, **parts, "made_with": manifest.made_with})


def record_json(record: Record, manifest: Manifest) -> str:
    """The text of a slice's record, which says of which run it is."""
    return _laid_out({"format": FORMAT, **manifest.identity, **_of_record(record)})


def _of_record(record: Record) -> dict[str, Any]:
    return {
        "shards": [_of_entry(entry) for entry in record.shards],
        "failed": [asdict(item) for item in record.failed],
        **record.remarks.to_manifest(),
    }


def _of_entry(entry: Entry) -> dict[str, Any]:
    """An entry in the order that people read it in; what is not known is left out."""
    order = ("index", "file", "room", "split", "samples", "bytes", "content_sha256", "sha256")
    known = {name: value for name in order if (value := getattr(entry, name)) not in ("", -1)}
    return {**known, **entry.figures}


def _laid_out(table: Mapping[str, Any]) -> str:
    """JSON, indented by one, with the items of long lists one to a line."""
    return "{\n" + ",\n".join(f" {json.dumps(name)}: {_value(name, table[name])}" for name in table) + "\n}\n"


def _value(name: str, value: Any) -> str:
    if name in LISTS and value:
        return "[\n" + ",\n".join(f"  {json.dumps(item)}" for item in value) + "\n ]"
    return json.dumps(value, indent=1).replace("\n", "\n ")
