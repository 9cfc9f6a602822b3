"""Weights in a safetensors file, which holds tensors and text and nothing that runs.

Its metadata have one entry, `scenetrain`: JSON with format, version, about (the fields of `About`) and sha256, the
digest of all the rest. So the file knows by itself whether it is damaged, and the same run gives the same bytes:
several entries would be written in an order of chance.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from scenegen.errors import first_line
from training.coding import SettingsMismatch, decode
from training.errors import CheckpointError
from training.files.atomic import whole, writing
from training.weights.weights import About, Weights

ENTRY, FORMAT, VERSION = "scenetrain", "scenetrain-weights", 1
"""Name of the entry; what it says of itself."""


def write_weights(path: Path, weights: Weights) -> None:
    """Write a file, whole or not at all. Raises RequestError where it cannot be written."""
    tensors = {name: tensor.detach().contiguous().clone() for name, tensor in weights.tensors.items()}
    about = asdict(weights.about)
    entry = {"format": FORMAT, "version": VERSION, "about": about, "sha256": digest(about, tensors)}
    with writing(path), whole(path) as draft:
        draft.write_bytes(save(tensors, {ENTRY: json.dumps(entry, sort_keys=True)}))


def read_weights(path: Path) -> Weights:
    """Read a file onto the CPU. Raises CheckpointError, in a line, when it is missing, damaged or not ours."""
    said, tensors = _content(path)
    try:
        entry = json.loads(said.get(ENTRY, "{}"))
    except ValueError as error:
        raise CheckpointError(f"{path}: is damaged ({first_line(error)}); bring back a copy") from None
    if not isinstance(entry, dict) or entry.get("format") != FORMAT:
        raise CheckpointError(f"{path}: holds no weights of scenetrain; make some with scenetrain export-weights")
    if entry.get("version") != VERSION:
        raise CheckpointError(
            f"{path}: has format version {entry.get('version')}, this program reads {VERSION}; update scenetrain"
        )
    if entry.get("sha256") != digest(entry.get("about"), tensors):
        raise CheckpointError(f"{path}: is damaged (its content is not what its sha256 says); bring back a copy")
    return Weights(_about(path, entry["about"]), tensors)


def digest(about: Any, tensors: Mapping[str, Tensor]) -> str:
    """sha256 (hex) of what is said, as JSON with sorted keys, and of names, types, shapes and bytes of the tensors."""
    found = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        found.update(json.dumps([name, str(tensor.dtype), list(tensor.shape)]).encode())
        found.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def _content(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """The metadata and the tensors."""
    if not path.is_file():
        raise CheckpointError(f"{path}: does not exist; make it with scenetrain export-weights --run RUN --out {path}")
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        why = first_line(error)
    raise CheckpointError(f"{path}: is damaged or no safetensors file ({why}); bring back a copy")


def _about(path: Path, values: Any) -> About:
    try:
        return decode(About, values)
    except SettingsMismatch as error:
        raise CheckpointError(f"{path}: is of another scenetrain ({error}); update scenetrain") from None
