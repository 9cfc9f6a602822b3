"""`scenegen plan`: what a run will cost, and afterwards how far off that was."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from scenegen.counting import counted
from scenegen.errors import UsageError
from scenegen.sizes import size_text

if TYPE_CHECKING:
    from scenegen.cli.commands import PlanCommand
    from scenegen.pipeline.pilot import Trial
    from scenegen.pipeline.run import Outcome

FLEETS = (16, 64, 256)
"""Numbers of workers whose wall time is told, besides those that were measured."""


def plan(command: "PlanCommand", console: Console) -> int:
    """Try some pairs and print what the run will cost; 0. Raises as `render` does for what cannot be met."""
    from scenegen.assets.cache import AssetCache
    from scenegen.pipeline.executors import chosen_crew
    from scenegen.pipeline.forecast import keep_forecast
    from scenegen.pipeline.manifest import make_folder
    from scenegen.pipeline.pilot import try_out

    if not 0 <= command.price < float("inf"):
        raise UsageError(f"--price {command.price:g}: must be 0 or more")
    render = command.render
    crew = chosen_crew(render.executor, render.workers, render.address)
    make_folder(render.out)
    trial = try_out(render.data, render.codec, AssetCache() if render.cache else None, crew)
    keep_forecast(render.out, trial.forecast)
    console.print(_table(trial, command.price))
    said = f"render instead of plan makes it in {render.out}, and says at its end how far off this was"
    console.print(said, soft_wrap=True, markup=False, highlight=False)
    return 0


def _table(trial: "Trial", price: float) -> Table:
    """What was measured and what follows, a line each."""
    from scenegen.pipeline.forecast import wall_s

    found = trial.forecast
    samples = [job.samples for job in trial.jobs]
    fleets = {n: wall_s(found, samples, n) for n in (found.workers, *FLEETS) if n <= max(len(samples), found.workers)}
    shown = Table(title="Plan", show_header=False, title_justify="left", box=None, padding=(0, 2, 0, 0))
    shown.add_column(style="bold")
    shown.add_column()
    memory = f"{size_text(found.memory_bytes)} a worker" if found.memory_bytes else "not known"
    cost = found.core_s / 3600 * price
    for label, value in {
        "pairs": f"{found.pairs:,} in {found.shards:,} shards",
        "measured": f"{trial.pairs} pairs by {counted(found.workers, 'worker')} in {trial.seconds:.0f} s",
        "core time": f"{time_text(found.core_s)}: {found.pair_s:.2f} s a pair, {found.room_s:.2f} s a shard",
        "wall time": ", ".join(f"{time_text(s)} by {counted(n, 'worker')}" for n, s in fleets.items()),
        "disk": f"{size_text(found.bytes)}, {found.bytes / found.pairs / 1e6:.2f} MB a pair",
        "memory": memory,
        "price": f"{f'{cost:,.2f}' if cost >= 0.01 else 'below 0.01'} at {price:g} an hour of a core (--price)",
    }.items():
        shown.add_row(label, value)
    return shown


def verdict(outcome: "Outcome") -> str:
    """How far off the plan of a run was, in one line; nothing where there was none, or the run is not complete."""
    from scenegen.pipeline.forecast import errors, kept_forecast

    manifest = outcome.manifest
    found = kept_forecast(outcome.out, manifest)
    if found is None:
        return ""
    at_once = outcome.new_samples == sum(entry.samples for entry in manifest.shards)
    seconds = outcome.seconds if at_once and outcome.workers == found.workers else None
    words = {"core_s": ("core time", time_text), "bytes": ("disk", size_text), "wall_s": ("wall time", time_text)}
    parts = [
        f"{words[name][0]} {words[name][1](said)} for {words[name][1](came)} ({100 * (said / came - 1):+.0f} %)"
        for name, (said, came) in errors(found, manifest, seconds).items()
        if came
    ]
    return f"scenegen plan said {', '.join(parts)}" if parts else ""


def time_text(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"
