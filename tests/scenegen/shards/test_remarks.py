"""What a manifest says of assets: to JSON and back, each asset once, older manifests say nothing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenegen.shards.remarks import MOST_DETAILS, Remarks, Skip, by_code, joined_remarks, remarks_of

TEXT = st.text(max_size=6)
REMARKS = st.builds(
    Remarks,
    st.dictionaries(TEXT, st.dictionaries(TEXT, st.lists(TEXT, max_size=3).map(tuple), max_size=3), max_size=4),
    st.dictionaries(TEXT, st.builds(Skip, TEXT, TEXT), max_size=4),
)


@given(REMARKS)
def test_a_manifest_keeps_every_remark(remarks):
    assert remarks_of(json.loads(json.dumps(remarks.to_manifest()))) == remarks


@given(st.lists(REMARKS, max_size=4))
def test_joined_remarks_do_not_depend_on_how_they_were_joined(parts):
    whole = joined_remarks(parts)
    assert joined_remarks([joined_remarks(parts[:2]), joined_remarks(parts[2:])]) == whole
    assert joined_remarks([whole, whole]) == whole
    assert set(whole.defects) == {asset for part in parts for asset in part.defects}


def test_older_manifests_say_nothing():
    assert remarks_of({"shards": []}) == Remarks()


@pytest.mark.parametrize(
    "odd",
    [
        {"assets": []},
        {"skipped": 3},
        {"assets": {"room a": ["no_uv"]}},
        {"assets": {"room a": {"no_uv": "x"}}},
        {"assets": {"room a": {"no_uv": [1]}}},
        {"skipped": {"object a": "x"}},
        {"skipped": {"object a": {"reason": None}}},
    ],
)
def test_what_is_no_remark_is_refused(odd):
    with pytest.raises(ValueError, match=r"(is|are) no"):
        remarks_of(odd)


def test_assets_are_counted_by_code():
    remarks = Remarks({"room a": {"no_uv": ("x", "y"), "tilted": ()}, "object b": {"no_uv": ("z",)}})
    assert remarks.by_code() == {"no_uv": 2, "tilted": 1}


def test_details_of_a_code_stand_together_and_many_are_counted():
    many = [("no_uv", f"part {k}") for k in range(MOST_DETAILS + 5)]
    found = by_code([*many, ("tilted", ""), ("no_uv", "part 0")])
    assert found["tilted"] == ()
    assert found["no_uv"] == (*(detail for _, detail in many[:MOST_DETAILS]), "and 5 more")


def test_reasons_are_put_in_other_words_and_do_not_repeat_the_name():
    remarks = Remarks({"object a/b.ply": {"no_uv": ("/x/t.png",)}}, {"object a/b.ply": Skip("e", "/x/a/b.ply: bad")})
    assert remarks.published(lambda text: text.replace("/x/", "")) == Remarks(
        {"object a/b.ply": {"no_uv": ("t.png",)}}, {"object a/b.ply": Skip("e", "bad")}
    )
