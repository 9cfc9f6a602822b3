"""What `scenetrain fit` says at its end: what came out, where it is, what to do next."""

from pathlib import Path

from scenegen.counting import counted
from training.running.fit import Outcome
from training.running.logs import VALIDATION, read_lines


def closing(outcome: Outcome, run: Path, shards: Path | None) -> list[str]:
    """The last lines of a run that finished, was stopped, or had been finished before."""
    if not outcome.finished:
        return [f"stopped after step {outcome.step} of {outcome.steps}, with a checkpoint in {run}; "
                "the same command goes on from there"]  # fmt: skip
    held_out = shards if outcome.validated else None
    measure = f"scenetrain eval --run {run} --shards {held_out or 'DIR'}"
    look = f"scenetrain match --run {run} A B --out matches.png"
    advice = f"next: {measure}" if held_out else f"next: {look}, or {measure} (a folder with a split val)"
    if outcome.began >= outcome.steps:
        return [f"{run} is finished: all {outcome.steps} steps were done before (--no-resume begins anew)", advice]
    files = f"checkpoint.pt, settings.json, *.jsonl and tensorboard/ are in {run} (curves: tensorboard --logdir {run})"
    return [f"trained {counted(outcome.steps, 'step')}{_validation(run)}", files, advice]


def _validation(run: Path) -> str:
    """First and last validation loss, if there is a curve."""
    curve = [record["total"] for record in read_lines(run / VALIDATION)]
    if len(curve) < 2 or None in (curve[0], curve[-1]):
        return ""
    return f"; validation loss {curve[0]:+.4f} untrained, {curve[-1]:+.4f} now"
