"""The part of a run that a command makes: said on the command line, or by the scheduler that started it.

Schedulers number the tasks of one job in variables of the environment: Slurm's job arrays (`man sbatch`, "Job Arrays")
and Kubernetes' indexed jobs (`.spec.completionMode: Indexed`). A variable that is there and does not say a part is an
error: a task that took itself for the only one would make everything, or leave the others' parts unmade.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scenegen.errors import UsageError

OWN, COUNT = "SCENEGEN_SHARD", "SCENEGEN_SHARD_COUNT"
SLURM = "SLURM_ARRAY_TASK"
KUBERNETES = "JOB_COMPLETION_INDEX"
"""Variables, or how their names begin."""
MOST_DIGITS = 18
"""Of a number: Python refuses to read very long ones."""
Environment = Mapping[str, str]


@dataclass(frozen=True)
class Slice:
    """Part `index` (from 0) of `count` of a run's shards; the whole run is part 0 of 1."""

    index: int = 0
    count: int = 1

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def holds(self, shard: int) -> bool:
        """Whether a shard belongs to this part: every `count`-th does."""
        return shard % self.count == self.index


WHOLE = Slice()
"""All of a run."""


def parse_slice(text: str, name: str = "--shard") -> Slice:
    """A slice from "i/n", counted from 0, as `name` says. Raises UsageError."""
    index, _, count = text.partition("/")
    if _is_number(index) and _is_number(count) and int(index) < int(count):
        return Slice(int(index), int(count))
    raise UsageError(f"{name} {text!r}: must be i/n with i from 0 to n - 1, as 0/4, 1/4, 2/4, 3/4")


def chosen_slice(flag: str | None, environment: Environment) -> tuple[Slice, str]:
    """The part to make, and what said so: "" where nothing did. Raises UsageError."""
    if flag is not None:
        return parse_slice(flag), "--shard"
    for variable, (read, beside) in SOURCES.items():
        if not environment.keys().isdisjoint((variable, *beside)):
            return read(environment), variable
    return WHOLE, ""


def _own(environment: Environment) -> Slice:
    """SCENEGEN_SHARD=i/n."""
    return parse_slice(environment[OWN], OWN)


def _slurm(environment: Environment) -> Slice:
    """Slurm's number of this task, among as many as the array has; --array may begin anywhere and skip evenly."""
    task, least, count = (_number(environment, f"{SLURM}_{end}", "sbatch --array") for end in ("ID", "MIN", "COUNT"))
    step = _number(environment, f"{SLURM}_STEP", "sbatch --array") if f"{SLURM}_STEP" in environment else 1
    index, rest = divmod(task - least, max(step, 1))
    # of an array of one, number 3, nobody can tell that it is one of many, started again
    if rest or not 0 <= index < count or (count == 1 and task != 0):
        raise UsageError(
            f"{SLURM}_ID {task}: is not one of {count} tasks that begin at {least}, {step} apart; say the part by "
            f"{OWN}=i/n or --shard i/n"
        )
    return Slice(index, count)


def _kubernetes(environment: Environment) -> Slice:
    """Kubernetes' number of this pod; how many there are it does not say."""
    index = _number(environment, KUBERNETES, "an indexed job")
    count = _number(environment, COUNT, f"the number of completions beside {KUBERNETES}")
    if index >= count:
        raise UsageError(f"{KUBERNETES} {index}: must be below {COUNT} {count}; give the job's number of completions")
    return Slice(index, count)


def _number(environment: Environment, name: str, giver: str) -> int:
    """A variable that must be a whole number."""
    if _is_number(text := environment.get(name, "")):
        return int(text)
    state = f"is {text!r}, not a whole number" if text else "is empty or missing"
    raise UsageError(f"{name} {state}: it comes from {giver}; or say the part by {OWN}=i/n or --shard i/n")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


SOURCES: dict[str, tuple[Callable[[Environment], Slice], tuple[str, ...]]] = {
    OWN: (_own, ()),
    f"{SLURM}_ID": (_slurm, (f"{SLURM}_MIN", f"{SLURM}_COUNT")),
    KUBERNETES: (_kubernetes, (COUNT,)),
}
"""Variable that is looked for to what reads it, and what else says that a part is meant; in this order."""
