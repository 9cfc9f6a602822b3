"""The YAML head of the card, as the Hugging Face hub and `load_dataset` read it.

`datasets` cannot guess the columns of a shard by itself: its HDF5 reader wants every dataset to have one row for each
sample, and `assets/`, `preview` have not. `dataset_info.features` names the columns that have; `load_dataset` of the
folder then takes those and leaves the rest alone. The head is JSON inside YAML, which every YAML reader understands.
"""

import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from scenegen.card.facts import RunFacts
from scenegen.card.sources import CC0, is_free
from scenegen.shards import schema

Feature = dict[str, Any]
SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))
TASKS = {"depth": "depth-estimation", "instance": "image-segmentation"}
SYNTHETIC = "synthetic"
TAGS = ("image-matching", "correspondence", "multi-view", SYNTHETIC, "hdf5", "scenegen")


def front_matter(facts: RunFacts) -> str:
    """The YAML head with its fences."""
    head: dict[str, Any] = {
        "pretty_name": facts.name,
        **_license(facts),
        "task_categories": ["image-feature-extraction", *(TASKS[layer] for layer in facts.layers if layer in TASKS)],
        "tags": [tag for tag in TAGS if not (facts.layout and tag == SYNTHETIC)],
        "size_categories": [next((label for most, label in SIZES if facts.samples < most), "n>10M")],
        "configs": [{"config_name": "default", "data_files": data_files(facts)}],
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    columns = [
        f"  - {json.dumps(feature)}"
        for feature in features(facts.sizes, (*facts.layers, *([facts.lens] if facts.lens else [])), facts.absent)
    ]
    return "\n".join(["---", *lines, "dataset_info:", "  features:", *columns, "---", ""])


def data_files(facts: RunFacts) -> list[dict[str, Any]]:
    """The files of each split: a pattern where it fits those and no others, else a list."""
    names = {split: [entry.file for entry in entries] for split, entries in facts.splits.items()}
    return [{"split": split, "path": _path(split, names)} for split in names]


def features(sizes: Mapping[str, int], layers: Sequence[str], absent: Sequence[str] = ()) -> list[Feature]:
    """The columns of `load_dataset`: every dataset that is there with one row for each sample, groups as structs.

    `layers` names the optional layers that there are, and the model of a lens.
    """
    columns: dict[str, Feature] = {}
    for field in schema.FIELDS:
        there = field.name not in absent and (field.layer or field.lens) in (None, *layers)
        if field.dims[0] == "sample" and there:
            group, _, name = field.name.rpartition("/")
            column = {"name": name, **_type(field, sizes)}
            if group:
                columns.setdefault(group, {"name": group, "struct": []})["struct"].append(column)
            else:
                columns[name] = column
    return list(columns.values())


def _type(field: schema.Field, sizes: Mapping[str, int]) -> Feature:
    """Type of a column; the number of slots differs between shards and is left open."""
    dtype = "uint8" if field.dtype == schema.ENUM else np.dtype(field.dtype).name
    shape = [None if label == "slot" else sizes[label] for label in field.dims[1:]]
    if len(shape) == 1:
        return {"list": dtype} | ({"length": shape[0]} if shape[0] else {})
    return {"dtype": {f"array{len(shape)}_d": {"shape": shape, "dtype": dtype}}}


def _path(split: str, names: Mapping[str, list[str]]) -> str | list[str]:
    pattern = f"{split}-*.h5"
    matched = [file for files in names.values() for file in files if fnmatchcase(file, pattern)]
    return pattern if matched == names[split] else names[split]


def _license(facts: RunFacts) -> dict[str, str]:
    """The hub's word for the terms, and where they stand."""
    if is_free(facts.sources):
        return {"license": "cc0-1.0"}
    link = next((source.link for source in facts.sources if source.link not in (None, CC0)), None)
    if link is None and "not stated" in facts.license:
        return {"license": "unknown"}
    return {"license": "other", "license_name": "terms-of-the-asset-sources"} | ({"license_link": link} if link else {})
