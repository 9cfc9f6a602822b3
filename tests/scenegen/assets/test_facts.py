"""Small facts kept beside the cache: found once, found again where they are damaged."""

import pytest

from scenegen.assets.facts import FactStore
from scenegen.errors import AssetError


def never() -> str:
    raise AssertionError("asked again")


def test_a_fact_is_found_once_and_kept_for_others(tmp_path):
    assert FactStore(tmp_path).get("split", "d", lambda: "val") == "val"
    assert FactStore(tmp_path).get("split", "d", never) == "val"
    assert FactStore(tmp_path).get("split", "e", lambda: "train") == "train"
    assert FactStore(tmp_path).get("diagonal", "d", lambda: "1.5") == "1.5"


def test_without_a_folder_facts_live_in_memory():
    facts = FactStore()
    assert facts.get("split", "d", lambda: "val") == facts.get("split", "d", never)


@pytest.mark.parametrize(
    "damage", [b"", b"rubbish\n", b"scenegen fact\n", b"scenegen fact\nva", b"scenegen fact\n\xff\n"]
)
def test_damaged_facts_are_found_again(tmp_path, damage):
    FactStore(tmp_path).get("split", "d", lambda: "val")
    (path,) = tmp_path.rglob("*.txt")
    path.write_bytes(damage)
    assert FactStore(tmp_path).get("split", "d", lambda: "train") == "train"
    assert FactStore(tmp_path).get("split", "d", never) == "train"


def test_nothing_is_kept_of_what_could_not_be_found_or_written(tmp_path):
    with pytest.raises(AssetError):
        FactStore(tmp_path).get("split", "d", lambda: (_ for _ in ()).throw(AssetError("missing", "gone")))
    assert list(tmp_path.rglob("*")) == []
    (tmp_path / "file").write_text("")
    assert FactStore(tmp_path / "file").get("split", "d", lambda: "val") == "val"
