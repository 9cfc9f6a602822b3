"""All benchmarks by name. A new one is a file with a KIND, and a line here."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from training.errors import DataError, RequestError
from training.evaluation.benchmarks.benchmark import Benchmark, Source

FILES = {
    "planar": "planar",
    "annotated": "annotated",
    "hpatches": "hpatches",
    "stereo": "stereo",
    "flow": "flow",
    "rgbd": "rgbd",
    "scannet1500": "scannet1500",
    "megadepth1500": "megadepth1500",
    "shards": "shards",
}
"""Module of each benchmark."""
NOTHING: Mapping[str, Any] = MappingProxyType({})


def benchmark(name: str) -> Benchmark:
    """The benchmark of a name. Raises RequestError with the list."""
    if name not in FILES:
        raise RequestError(f"--benchmark {name}: there is none of this name; choose among {', '.join(FILES)}")
    return import_module(f"training.evaluation.benchmarks.{FILES[name]}").KIND


def found(root: Path, names: tuple[str, ...] = (), said: Mapping[str, Any] = NOTHING) -> dict[str, list[Source]]:
    """The pairs of each benchmark that a folder holds, of those named or of all.

    `said` are settings by name, of which each benchmark takes its `options`.
    Raises RequestError for an unknown name, DataError where the folder holds none, or nothing of one that was named.
    """
    if not root.is_dir():
        raise DataError(f"{root}: is no folder; --data takes the folder of a benchmark, or one above some")
    every = {name: _sources(benchmark(name), root, said) for name in names or FILES}
    for name in names:
        if not every[name]:
            raise DataError(f"{root}: holds no pair in the layout of {name}; choose another folder or --benchmark")
    if not any(every.values()):
        raise DataError(f"{root}: holds no pair in a known layout ({', '.join(FILES)}); see training/README.md")
    return {name: sources for name, sources in every.items() if sources}


def _sources(kind: Benchmark, root: Path, said: Mapping[str, Any]) -> list[Source]:
    return list(kind.find(root, **{name: said[name] for name in kind.options if name in said}))
