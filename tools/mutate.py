"""Would the tests notice? Small faults are put into a module, one at a time, and its tests are run against each.

    python tools/mutate.py scenegen/shards/dense.py --limit 20
    python tools/mutate.py scenegen/geometry.py --tests tests/whole/test_truth.py --limit 40 --seed 1

What the faults are is said in `mutating/faults.py`. The tests of `scenegen/shards/dense.py` are those of its name,
`test_dense*.py` in the folder of that name in `tests/`, or those that `mutating/mutants.toml` names, or --tests (what
is about the whole program, as tests/whole/test_truth.py, is worth adding). Slow ones are left out; examples are the
same in every run. All happens in a copy of the tree, which itself is never written to. Faults that no test noticed are
printed as the lines before and after; exit code 1 where there is one. A fault that nothing could notice is declared in
`mutants.toml` with the reason, which is printed when it is drawn.
"""

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mutating.declared import Equal, equals, named_tests, stale
from mutating.faults import Mutant, mutants
from mutating.trial import Trial, copied, tried
from rich.console import Console

ROOT = Path(__file__).resolve().parents[1]
CONSOLE = Console(highlight=False, soft_wrap=True, markup=False)
PATIENCE, LEAST_S = 5.0, 20.0
"""So many times as long as the sound module's tests a mutant may take, and so many seconds more: it may hang."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the mutants, try them, print the survivors; 0 where there are none."""
    words = _parser().parse_args(arguments)
    module = _module(words.module)
    if words.limit < 1:
        raise SystemExit(f"mutate: --limit {words.limit}: try 1 mutant or more")
    tests, every = _tests(words.tests, module), mutants((ROOT / module).read_text(encoding="utf-8"))
    wanted = [mutant for mutant in every if not words.line or mutant.line in words.line]
    if not wanted:
        raise SystemExit(f"mutate: {module}: no fault can be put in there{' on that line' if words.line else ''}")
    return _report(module, tests, every, drawn(wanted, words.limit, words.seed), _declared(module, every))


def _tests(named: Sequence[str] | None, module: Path) -> Sequence[str]:
    """The tests of a module: those named, those declared, or those of its name."""
    if missing := [test for test in named or () if not (ROOT / test.partition("::")[0]).is_file()]:
        raise SystemExit(f"mutate: --tests {missing[0]}: no such file; name files from the root of the tree")
    if tests := named or named_tests(module.as_posix()) or tests_of(module):
        return tests
    raise SystemExit(f"mutate: {module}: no test file has its name: name some with --tests")


def _declared(module: Path, every: Sequence[Mutant]) -> list[Equal]:
    """The faults of a module that are declared to change nothing, all of which it must have."""
    declared = [equal for equal in equals() if equal.module == module.as_posix()]
    if old := stale(module.as_posix(), every, declared):
        gone = f"{old[0].before}  ->  {old[0].after}"
        raise SystemExit(f"mutate: mutants.toml: {module} has no such fault any more: {gone}")
    return declared


def _module(path: Path) -> Path:
    """The path of a module in the tree."""
    whole = path.resolve()
    if whole.suffix != ".py" or not whole.is_file() or not whole.is_relative_to(ROOT):
        raise SystemExit(f"mutate: {path}: is no module of this tree: give one of its .py files")
    return whole.relative_to(ROOT)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", type=Path, help="a file of scenegen/, training/ or tools/")
    parser.add_argument("--tests", nargs="+", help="test files, or FILE::TEST; by default those of its name")
    parser.add_argument("--line", type=int, nargs="+", help="faults of these lines alone: of a test that was added")
    parser.add_argument("--limit", type=int, default=20, help="mutants tried at most, drawn at random (default: 20)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw (default: 0)")
    return parser


def tests_of(module: Path) -> list[str]:
    """The test files that have the name of a module, given by its path in the tree.

    Those of `stable_softmax.py` are none of `stable.py`.
    """
    siblings = [other.stem.removeprefix(module.stem) for other in (ROOT / module.parent).glob(f"{module.stem}_*.py")]
    others = tuple(f"test_{module.stem}{rest}" for rest in siblings)
    found = sorted((ROOT / "tests" / module.parent).glob(f"test_{module.stem}*.py"))
    return [path.relative_to(ROOT).as_posix() for path in found if not path.stem.startswith(others)]


def drawn(every: Sequence[Mutant], limit: int, seed: int) -> list[Mutant]:
    """So many of the mutants, in their order: the same for the same seed, those of a lower limit among them."""
    order = list(range(len(every)))
    random.Random(seed).shuffle(order)
    return [every[k] for k in sorted(order[:limit])]


def _report(
    module: Path, tests: Sequence[str], every: Sequence[Mutant], chosen: Sequence[Mutant], declared: Sequence[Equal]
) -> int:
    """Try the chosen mutants, but for declared ones, and say what came of it; whether any survived."""
    reasons = {id(m): e.why for m in chosen for e in declared if e.describes(module.as_posix(), m)}
    with tempfile.TemporaryDirectory(prefix="mutate-", ignore_cleanup_errors=True) as folder:
        tree = copied(ROOT, Path(folder))
        survivors = _survivors(tree, module, [mutant for mutant in chosen if id(mutant) not in reasons], tests)
    for mutant in chosen:
        if why := reasons.get(id(mutant)):
            CONSOLE.print(f"{_shown(module, mutant)}\n  equal: {why}")
    for mutant in survivors:
        CONSOLE.print(f"{_shown(module, mutant)}\n  SURVIVED")
    noticed = len(chosen) - len(reasons) - len(survivors)
    said = f"{noticed} noticed, {len(reasons)} declared equal, {len(survivors)} survived"
    CONSOLE.print(f"{module}: {len(chosen)} of {len(every)} mutants: {said}")
    return int(bool(survivors))


def _shown(module: Path, mutant: Mutant) -> str:
    return f"{module}:{mutant.line}\n  - {mutant.before}\n  + {mutant.after}"


def _survivors(tree: Path, module: Path, chosen: Sequence[Mutant], tests: Sequence[str]) -> list[Mutant]:
    """The mutants that all tests pass, tried in a copy of the tree."""
    place, survivors, sound_s = tree / module, [], _seconds_as_it_is(tree, module, tests)
    most_min = len(chosen) * sound_s / 60
    CONSOLE.print(f"{sound_s:.1f} s; the {len(chosen)} mutants may take {most_min:.1f} min, most of them less")
    for number, mutant in enumerate(chosen, 1):
        place.write_text(mutant.source, encoding="utf-8")
        trial = tried(tree, tests, LEAST_S + PATIENCE * sound_s)
        CONSOLE.print(f"{number}/{len(chosen)} line {mutant.line}: {verdict(trial)}, {trial.seconds:.1f} s")
        survivors += [mutant] * trial.passed
    return survivors


def _seconds_as_it_is(tree: Path, module: Path, tests: Sequence[str]) -> float:
    """How long the tests take. Ends the program where the sound module does not pass them."""
    names = " ".join(tests)
    CONSOLE.print(f"{module}: {names}, as it is")
    tried(tree, tests, None, keep=True)  # what is kept for later is made
    for kept in (tree / module.parent).glob(f"__pycache__/{module.stem}.*.pyc"):
        kept.unlink()  # a mutant of the same length and second would be taken for it
    sound = tried(tree, tests, None)
    if not sound.passed:
        raise SystemExit(f"mutate: {module}: its tests fail as it is: mend them first ({names})")
    return sound.seconds


def verdict(trial: Trial) -> str:
    """What a trial says of its mutant."""
    if trial.timed_out:
        return "noticed, by time"
    return "SURVIVED" if trial.passed else "noticed"


def _end_by_signals() -> None:
    """Ctrl-C and SIGTERM end all that runs and remove the copy, without a word."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))


if __name__ == "__main__":
    _end_by_signals()
    raise SystemExit(main())
