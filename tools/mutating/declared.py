"""What `mutants.toml` says: tests of modules that have other names, and faults that change nothing, with reasons."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mutating.faults import Mutant

FILE = Path(__file__).with_name("mutants.toml")


@dataclass(frozen=True)
class Equal:
    """A fault that no test can notice."""

    module: str
    before: str
    after: str
    """The lines without it and with it, as `Mutant` has them."""
    why: str

    def describes(self, module: str, mutant: Mutant) -> bool:
        """Whether it is that mutant of a module, a path in the tree."""
        return (self.module, self.before, self.after) == (module, mutant.before, mutant.after)


def equals(file: Path = FILE) -> list[Equal]:
    """All that were declared."""
    return [Equal(**entry) for entry in _read(file).get("equal", [])]


def named_tests(module: str, file: Path = FILE) -> list[str]:
    """The tests, FILE or FILE::TEST, that are declared for a module; none for most."""
    return _read(file).get("tests", {}).get(module, [])


def modules_with_tests(file: Path = FILE) -> list[str]:
    """The modules that test files are declared for."""
    return list(_read(file).get("tests", {}))


def stale(module: str, mutants: Iterable[Mutant], declared: Iterable[Equal]) -> list[Equal]:
    """What is declared of a module and is none of its mutants: the module has changed since."""
    known = list(mutants)
    return [e for e in declared if e.module == module and not any(e.describes(module, mutant) for mutant in known)]


def _read(file: Path) -> dict:
    return tomllib.loads(file.read_text(encoding="utf-8"))
