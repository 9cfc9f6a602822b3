"""Values of foreign JSON."""

import pytest

from scenegen.assets.gltf.tree import branch, entries, entry, extension, number, numbers, text, whole_number


@pytest.mark.parametrize("value", [-1, 0.5, True, "3", None, [], 2**53, float("inf")])
def test_what_is_no_count_is_named(value):
    with pytest.raises(ValueError, match="rows is no count"):
        whole_number(value, "rows")


def test_counts_may_be_written_as_floats():
    assert (whole_number(3, "x"), whole_number(3.0, "x"), whole_number(0, "x")) == (3, 3, 0)


@pytest.mark.parametrize("value", [True, "1", None, float("nan"), float("inf"), [1]])
def test_what_is_no_number_is_named(value):
    with pytest.raises(ValueError, match="is no number"):
        number(value, "alphaCutoff")


def test_lists_of_numbers_have_their_length_or_the_default():
    assert numbers({}, "scale", (1, 2)).tolist() == [1, 2]
    assert numbers({"scale": [3, 4.5]}, "scale", (1, 2)).tolist() == [3, 4.5]
    for broken in ([1], [1, 2, 3], "12", [1, None], {"a": 1}):
        with pytest.raises(ValueError, match="scale"):
            numbers({"scale": broken}, "scale", (1, 2))


def test_entries_and_branches():
    tree = {"nodes": [{"name": "a"}], "extensions": {"X": {"k": 1}}, "bad": [1], "name": 5}
    assert entry(tree, "nodes", 0) == {"name": "a"}
    assert (entries(tree, "none"), branch(tree, "none"), text(tree, "name")) == ([], {}, "")
    assert (extension(tree, "X"), extension(tree, "Y")) == ({"k": 1}, None)
    with pytest.raises(ValueError, match="nodes 1 is named and not there"):
        entry(tree, "nodes", 1)
    for call in (lambda: entries(tree, "bad"), lambda: branch(tree, "bad"), lambda: entries(tree, "name")):
        with pytest.raises(ValueError, match=r"no (list of objects|object)"):
            call()
