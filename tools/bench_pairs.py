"""Pairs per second, where the time goes, how it grows, and what others take.

    python tools/bench_pairs.py                                    (built-in library: the pair by stage)
    python tools/bench_pairs.py --room-source folder:ROOMS --room redkitchen \
        --object-source shapenet:SHAPENET --pairs 40 --parts all --out out/bench

Stages, sweeps and peers run on one core of this process or one of their own. Times are exclusive: a part's time leaves
out the parts inside it. Shares and ratios can be compared between machines; seconds cannot. Parts:
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

# as in a worker, and before NumPy is imported: one core is one core
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

from dataclasses import replace
from functools import partial

from benching import report
from benching.beside import peers
from benching.layers import on_request
from benching.section import Section
from benching.stages import stages
from benching.subject import Subject
from benching.sweeps import SWEEPS, sweep
from benching.whole import whole_runs

from scenegen.cli.values import read_names, read_size
from scenegen.config import GenerationConfig, LightConfig, ObjectsConfig, Range
from scenegen.shards.heap import keep_freed_memory

SWEPT_PAIRS = 8
"""Pairs at each point of a curve."""


def _swept(name: str, subject: Subject) -> list[Section]:
    return [sweep(name, replace(subject, pairs=min(subject.pairs, SWEPT_PAIRS)))]


PARTS: dict[str, tuple[str, Callable[[Subject], list[Section]]]] = {
    "stages": ("the pair by stage, its rays by kind, the same rays in bare packets", stages),
    "whole": ("commands by one worker and two, and every sample verified", lambda s: [whole_runs(s, 2)]),
    **{name: (f"cost against {name}", partial(_swept, name)) for name in SWEEPS},
    "layers": ("what layers on request add to time and bytes", lambda s: [on_request(s)]),
    "peers": ("other renderers on the same scene", lambda s: [peers(s)]),
}
"""Name to what it measures, and how."""
HELP = "\n".join(f"    {name:10s} {says}" for name, (says, _) in PARTS.items())


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=f"{__doc__}\n{HELP}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--room-source", default="procedural")
    parser.add_argument("--object-source", default="procedural")
    parser.add_argument("--room", default="", help="a part of the id of the room to use")
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--objects", type=int, default=0, help="objects in each layout; 0: 1 to 15")
    parser.add_argument("--lights", type=int, default=0, help="lights of each view; 0: 1 to 3")
    parser.add_argument("--layers", type=read_names, default="rgb,depth,instance,normal")
    parser.add_argument("--size", type=read_size, default="640x480")
    parser.add_argument("--codec", default="gzip")
    parser.add_argument("--parts", default="stages", help="names from above, comma-separated, or all")
    parser.add_argument("--out", type=Path, help="folder for bench_pairs.md, .json and .png")
    words = parser.parse_args()
    unknown = set(_chosen(words.parts)) - set(PARTS)
    if unknown:
        parser.error(f"--parts {','.join(sorted(unknown))}: unknown; choose from {', '.join(PARTS)}, or all")
    return words


def _chosen(parts: str) -> list[str]:
    return list(PARTS) if parts == "all" else parts.split(",")


def subject_of(words: argparse.Namespace) -> Subject:
    """What is measured."""
    config = GenerationConfig(
        rooms=1,
        room_source=words.room_source,
        object_source=words.object_source,
        layers=words.layers,
        size=words.size,
    )
    if words.objects:
        config = replace(config, objects=ObjectsConfig(objects=Range(words.objects, words.objects)))
    if words.lights:
        config = replace(config, light=LightConfig(lights=Range(words.lights, words.lights)))
    return Subject(config, words.room, words.pairs, words.codec)


def main() -> None:
    """Measure each part, print its table as soon as it is there, and write the files."""
    words = options()
    keep_freed_memory()
    subject, sections = subject_of(words), []
    print(report.markdown([]), flush=True)
    for name in _chosen(words.parts):
        new = PARTS[name][1](subject)
        print(*(section.markdown() for section in new), sep="\n", flush=True)
        sections += new
    if words.out:
        print("written:", *report.write(sections, words.out))


if __name__ == "__main__":
    main()
