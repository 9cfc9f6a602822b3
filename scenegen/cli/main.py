"""From the words of the command line to an exit code; the only place that catches our errors."""

import contextlib
import errno
import json
import os
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import tyro
from rich.console import Console

from scenegen.cli.commands import (
    AssetsCommand,
    Command,
    InspectCommand,
    MergeCommand,
    PlanCommand,
    RenderCommand,
    RepackCommand,
    StatusCommand,
    VerifyCommand,
    commands,
)
from scenegen.cli.gallery import GalleryCommand, gallery
from scenegen.cli.importing import ImportCommand, import_data
from scenegen.cli.looking import FigureCommand, ViewCommand, figure, view
from scenegen.cli.publishing import CardCommand, ExportCommand, card, export
from scenegen.cli.values import registry
from scenegen.config import GenerationConfig, from_dict
from scenegen.errors import ScenegenError, UsageError
from scenegen.remote import located
from scenegen.signals import exit_code, terminated_as_interrupted
from scenegen.terminal import terminal

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What the system says where a file cannot grow: the log on the standard output, a temporary file."""

KEEPING = ("render", "import")
"""Commands that find what they made before, and make the rest."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0 done, 1 failed in part or whole, 2 usage, 130, 143 by a signal."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    errors = terminal(errors=True)
    try:
        with terminated_as_interrupted():
            return _run(_parse(words))
    except ScenegenError as error:
        errors.print(f"scenegen: {error}", style="red", soft_wrap=True, markup=False)
        return error.exit_code
    except KeyboardInterrupt as interrupt:
        errors.print(f"interrupted; the same command again {_afterwards(words)}")
        return exit_code(interrupt)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        if error.errno in FULL:
            return _stopped_by_a_full_disk(error, errors)
        return _refused_by_the_system(error, errors)


def _afterwards(words: list[str]) -> str:
    """What an interrupted command does when it is given again: some keep what they finished, all others nothing."""
    return "goes on where this one stopped" if "".join(words[:1]) in KEEPING else "begins anew"


def _refused_by_the_system(error: OSError, errors: Console) -> int:
    """Say what the system does not allow with which file; any other error is a mistake of ours and raised again."""
    from scenegen.shards.faults import SYSTEM, trouble

    if error.errno not in SYSTEM or not error.filename:
        raise error
    errors.print(f"scenegen: {error.filename}: {trouble(error, '')}", style="red", soft_wrap=True, markup=False)
    return 1


def _stopped_by_a_full_disk(error: OSError, errors: Console) -> int:
    """Say so where that can still be said; what waits for the standard output would only fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with contextlib.suppress(OSError):
        what = f"the output cannot be written ({error.strerror}): free space, then run the same command again"
        errors.print(f"scenegen: {what}", style="red", soft_wrap=True, markup=False)
    return 1


def _parse(words: list[str]) -> Command:
    """The command; leaves the program with code 2 and a hint where tyro cannot make sense of it."""
    with registry():
        return tyro.cli(
            commands(_defaults(words)),
            args=words or ["--help"],
            prog="scenegen",
            description="From room and object meshes to HDF5 shards of true pixel correspondences.",
            config=(tyro.conf.OmitArgPrefixes, tyro.conf.OmitSubcommandPrefixes),
        )


def _defaults(words: list[str]) -> GenerationConfig:
    """The configuration of --config, if there is one: the defaults of all other options."""
    for k, word in enumerate(words):
        if word.startswith("--config="):
            return load_config(located(word.removeprefix("--config=")))
        if word == "--config" and k + 1 < len(words):
            return load_config(located(words[k + 1]))
    return GenerationConfig()


def load_config(path: Path) -> GenerationConfig:
    """Read a configuration from a JSON or TOML file; what the file of places beside it knows is filled in.

    Raises UsageError that names what is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors of some systems put a byte order mark in front
        values = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise UsageError(f"--config {path}: cannot be read ({error.strerror}); give a JSON or TOML file") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--config {path}: is not {path.suffix or 'JSON'} ({error}); mend it") from None
    from scenegen.pipeline.places import known_places, placed

    config = from_dict(values, f"--config {path}")
    return placed(config, known_places(path.parent, values))


def _run(command: Command) -> int:
    """Carry out a parsed command."""
    return RUN[type(command)](command, terminal())


def _render(command: RenderCommand, console: Console) -> int:
    """`scenegen render`."""
    from scenegen.assets.cache import AssetCache
    from scenegen.cli.planning import verdict
    from scenegen.pipeline.executors import chosen_crew
    from scenegen.pipeline.places import has_places, sources
    from scenegen.pipeline.progress import Display
    from scenegen.pipeline.run import render
    from scenegen.pipeline.slices import chosen_slice
    from scenegen.pipeline.summary import print_summary
    from scenegen.shards.records import LOCAL

    part, said_by = chosen_slice(command.shard, os.environ)
    if said_by and said_by != "--shard":
        console.print(f"part {part} of the run, as {said_by} says", soft_wrap=True)
    cache = AssetCache() if command.cache else None
    outcome = render(
        command.data,
        command.out,
        codec=command.codec,
        crew=chosen_crew(command.executor, command.workers, command.address),
        cache=cache,
        display=Display(console),
        part=part,
    )
    print_summary(outcome, console)
    if said := verdict(outcome):
        console.print(said, soft_wrap=True)
    console.print(f"shards, manifest.json and config.json are in {command.out}", soft_wrap=True, markup=False)
    if has_places(sources(command.data)):
        console.print(f"{LOCAL} there names folders of this machine: leave it out of what you publish", soft_wrap=True)
    return outcome.exit_code


def _plan(command: PlanCommand, console: Console) -> int:
    """`scenegen plan`."""
    from scenegen.cli.planning import plan

    return plan(command, console)


def _inspect(command: InspectCommand, console: Console) -> int:
    """`scenegen inspect`."""
    from scenegen.inspect.table import inspect_path

    inspect_path(command.path, console)
    return 0


def _status(command: StatusCommand, console: Console) -> int:
    """`scenegen status`."""
    from scenegen.pipeline.status import print_status

    return print_status(command.folder, console)


def _merge(command: MergeCommand, console: Console) -> int:
    """`scenegen merge`."""
    from scenegen.pipeline.merge import merge

    merged = merge(command.folder)
    there = f"manifest.json lists {len(merged.manifest.shards)} of {merged.manifest.num_shards} shards"
    said = f"{there}; records of slices joined: {merged.joined}, of slices at work, left: {merged.at_work}"
    console.print(said, soft_wrap=True)
    return 0


def _repack(command: RepackCommand, console: Console) -> int:
    """`scenegen repack`."""
    from scenegen.pipeline.repack import repack

    before, after = repack(command.folder, command.codec, command.out, console)
    console.print(
        f"the same data in {command.out}: {after / 1e6:.1f} MB with {command.codec}, {before / 1e6:.1f} MB before",
        soft_wrap=True,
        markup=False,
    )
    return 0


def _verify(command: VerifyCommand, console: Console) -> int:
    """`scenegen verify`."""
    from scenegen.cli.verifying import verify

    if command.deep < 0 or not command.paths or (command.fast and command.deep):
        raise UsageError("verify: name at least one folder or shard, with --deep 1 or more, or --fast, or neither")
    return verify(command, console)


def _check(command: AssetsCommand, _: Console) -> int:
    """`scenegen assets check`."""
    from scenegen.assets.doctor_table import check
    from scenegen.assets.library import roles_of

    role = command.role
    if role == "auto":
        roles = roles_of(command.source)
        role = roles[0] if len(roles) == 1 else "objects"
    return check(command.source, role, command.json, command.manifest)


RUN: dict[type, Callable[[Any, Console], int]] = {
    RenderCommand: _render,
    PlanCommand: _plan,
    ImportCommand: import_data,
    InspectCommand: _inspect,
    StatusCommand: _status,
    VerifyCommand: _verify,
    MergeCommand: _merge,
    RepackCommand: _repack,
    FigureCommand: figure,
    ViewCommand: view,
    GalleryCommand: gallery,
    CardCommand: card,
    ExportCommand: export,
    AssetsCommand: _check,
}
"""What carries out each command; what it needs is imported there, so that --help is quick."""
