"""What can be fuzzed: parsers with their seed files, and cases that are repeated by their number."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fuzzing.mutate import Mutator, mutate

Files = dict[str, bytes]
SUITES = {"assets": "fuzzing.assets", "hdf5": "fuzzing.hdf5"}
"""Modules with `TARGETS: tuple[Target, ...]` and `NASTIES: tuple[Nasty, ...]`, imported when they are asked for."""


class InsaneError(AssertionError):
    """Something was loaded that should not have been: a face out of range, a coordinate that is no number."""


@dataclass(frozen=True)
class Seed:
    """Sound files by name, and which of them is damaged."""

    files: Files
    damaged: str
    damage: Mutator = mutate


@dataclass(frozen=True)
class Target:
    """One parser: seeds, and what reads a folder of such files.

    `load` returns a short word on what was loaded, "" at least. It raises one of the project's errors where the
    files are refused, and `InsaneError` where something was loaded that is not sound; anything else is a bug.
    """

    name: str
    seeds: Callable[[], Sequence[Seed]]
    load: Callable[[Path], str]
    share: int = 1
    """Cases of this target per round over all targets."""


@dataclass(frozen=True)
class Nasty:
    """A file that is bad on purpose, and what must become of it."""

    name: str
    target: str
    build: Callable[[Path], None]
    """Writes the files into an empty folder."""
    outcomes: frozenset[str] = field(default_factory=lambda: frozenset({"refused"}))
    """Allowed: "loaded", "refused", or kinds such as "AssetError too_large"."""
    notes: frozenset[str] = frozenset()
    """Words that the answer must hold where it was loaded: codes of defects."""


@dataclass(frozen=True)
class Suite:
    """Targets that are run together."""

    name: str
    targets: tuple[Target, ...]
    nasties: tuple[Nasty, ...]

    def target(self, name: str) -> Target:
        """The target of that name."""
        return next(t for t in self.targets if t.name == name)


def open_suite(name: str) -> Suite:
    """The suite of that name, or in the module of that name."""
    module = importlib.import_module(SUITES.get(name, name))
    return Suite(name, module.TARGETS, module.NASTIES)


def make_case(suite: Suite, seed: int, number: int) -> tuple[Target, Files]:
    """Target and damaged files of a case: the same for the same seed and number, whatever ran before."""
    turns = [t for t in suite.targets for _ in range(t.share)]
    target = turns[number % len(turns)]
    rng = np.random.default_rng([seed, number])
    seeds = target.seeds()
    chosen = seeds[int(rng.integers(len(seeds)))]
    return target, chosen.files | {chosen.damaged: chosen.damage(chosen.files[chosen.damaged], rng)}


def write_files(folder: Path, files: Files) -> None:
    """Put files into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
