"""Damaged and hostile shards and manifests: see tests/support/fuzzing/hdf5.py, and `tools/fuzz.py hdf5` for more.

Everything runs in child processes under limits of memory and time: files like these can crash libhdf5.
"""

import multiprocessing

import pytest
from fuzzing.hdf5 import SHARD, end_quarantine, shards
from fuzzing.hdf5_damage import lookup3, structures
from fuzzing.runner import run_cases
from fuzzing.target import make_case, open_suite, write_files

from scenegen.verify.check import Target, check_shard
from scenegen.verify.quarantine import Quarantine

SUITE = open_suite("hdf5")
CASES = 200
"""About 10 s."""


@pytest.fixture(scope="module")
def nasty_outcomes():
    """What became of every nasty file, in their order."""
    return list(run_cases("hdf5", "nasties", 0, len(SUITE.nasties)))


@pytest.mark.parametrize("case", range(len(SUITE.nasties)), ids=[nasty.name for nasty in SUITE.nasties])
def test_nasty(case, nasty_outcomes):
    """A hang would be a reader that opens another file: each of these points to a pipe that nobody writes to."""
    nasty, outcome = SUITE.nasties[case], nasty_outcomes[case]
    assert outcome.nasty == nasty.name
    assert {outcome.outcome, outcome.kind} & nasty.outcomes, f"{outcome.outcome} {outcome.kind}: {outcome.text}"


@pytest.fixture(scope="module")
def quarantine():
    with Quarantine(check_shard, patience_s=600.0) as quarantine:
        yield quarantine


@pytest.mark.parametrize("nasty", SUITE.nasties, ids=lambda n: n.name)
def test_verify_is_not_content_with_a_nasty_one(nasty, tmp_path, quarantine):
    """Nor with those that the reader accepts: what they hold besides is named."""
    nasty.build(tmp_path)
    report = quarantine.check(Target(tmp_path / SHARD, None))
    assert not any("HDF5" in problem and "do not trust" in problem for problem in report.problems)
    assert report.problems
    assert all(line.isprintable() and len(line) < 1000 for line in report.problems)


def test_some_hundred_damaged_files_break_nothing():
    outcomes = list(run_cases("hdf5", "1", 0, CASES))
    broken = [(o.target, o.case, o.kind, o.text) for o in outcomes if o.outcome == "broken"]
    assert not broken, "python tools/fuzz.py hdf5 --seed 1 --case N"
    assert len(outcomes) == CASES
    assert {o.outcome for o in outcomes} == {"loaded", "refused"}
    assert {o.kind for o in outcomes} <= {"", "ShardError", "RunError", "NativeCrash", "NativeHang"}
    hostile = [o for o in outcomes if o.target == "shard hostile"]
    past = [o for o in hostile if "checksum" not in o.text]
    assert len(past) > len(hostile) / 2, "else nothing but HDF5's checksums would be tested"


@pytest.fixture
def no_process_stays():
    """The quarantine of the hostile shards is started in this process and must end with the test."""
    others = set(multiprocessing.active_children())
    yield
    end_quarantine()
    assert set(multiprocessing.active_children()) <= others


@pytest.mark.parametrize("target", SUITE.targets, ids=lambda t: t.name)
def test_sound_seeds_load(target, tmp_path, no_process_stays):
    """Else the mutants would be refused for the wrong reason."""
    for k, seed in enumerate(target.seeds()):
        write_files(tmp_path / f"{k}", seed.files)
        assert target.load(tmp_path / f"{k}") == "read"


def test_a_case_is_made_from_its_number_alone():
    cases = [make_case(SUITE, 3, number)[1] for number in (11, 12, 11)]
    assert cases[0] == cases[2] != cases[1]


def test_the_checksum_is_that_of_hdf5():
    """Published values of lookup3, and the structures of a real file, which all are found."""
    assert lookup3(b"") == 0xDEADBEEF
    assert lookup3(b"Four score and seven years ago") == 0x17770551
    places = structures(shards()[0])
    assert places[0] == (0, 44)
    assert len(places) > 30
    headers = [start for start, _ in places if shards()[0][start : start + 4] == b"OHDR"]
    assert len(headers) == shards()[0].count(b"OHDR") > 20
