"""Who is compared: names, options of their own, and what each demands of the network."""

import pytest

from training.comparison.contestant import contestants
from training.errors import RequestError
from training.objectives.registry import names
from training.presets import preset

LISTED = f"choose among {', '.join(names())}, with commas between, or all"


def test_all_and_some():
    assert [each.name for each in contestants("all")] == list(names())
    assert [each.objective for each in contestants("stable, infonce,stable")] == ["stable", "infonce"]


def test_options_change_one_objective():
    plain, hot, long = contestants("infonce,infonce:temperature=0.2,infonce:temperature=1:similarity=l2")
    assert [each.loss.temperature for each in (plain, hot, long)] == [0.07, 0.2, 1]
    assert long.loss.similarity == "l2"
    assert (hot.name, hot.objective) == ("infonce:temperature=0.2", "infonce")
    stable = contestants("stable:p=2:lam=0.5")[0].loss  # a number as JSON, and a name that looks like one
    assert (stable.p, stable.lam) == ("2", 0.5)


def test_the_commas_of_a_list_part_no_contestants():
    flat, deep, plain = contestants("cover:vector_heads=[1, 1,1,1,1],cover:levels=1:vector_heads=[2],infonce")
    assert (flat.loss.vector_heads, deep.loss.vector_heads) == ((1, 1, 1, 1, 1), (2,))
    assert plain.name == "infonce"


def test_a_run_differs_by_the_objective_the_rate_and_the_seed_alone():
    base = preset("compare")
    cosine, norm = (each.settings(base, 3.0, 7) for each in contestants("infonce,stable"))
    assert (cosine.optimizer.lr, cosine.seed) == (3 * base.optimizer.lr, 7)
    assert (cosine.model.unit_length, norm.model.unit_length) == (True, False)
    for name in ("batch", "steps", "precision", "pixels", "data"):
        assert getattr(cosine, name) == getattr(norm, name) == getattr(base, name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", f"--objectives '': names nothing; {LISTED}"),
        (" , ", f"--objectives ' , ': names nothing; {LISTED}"),
        ("stable,magic", f"--objectives magic: unknown; {LISTED}"),
        (
            "infonce:heat=1",
            "--objectives infonce:heat=1: no option 'heat'; choose among similarity, temperature, radius_px",
        ),
        ("infonce:temperature", "--objectives infonce:temperature: temperature: expected a number, found ''"),
        ("infonce:temperature=x", "--objectives infonce:temperature=x: temperature: expected a number, found 'x'"),
        ("infonce:temperature=-1", "--temperature -1: must be a positive number, as in 1e-3"),
    ],
)
def test_bad_names_and_options_are_one_line(text, said):
    with pytest.raises(RequestError) as error:
        contestants(text)
    assert str(error.value) == said
