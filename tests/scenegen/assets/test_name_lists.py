"""Categories from a JSON file beside the models."""

import gzip

import pytest

from scenegen.assets.name_lists import listed_categories

IDS = ("glbs/000/a", "glbs/000/b")


def test_lists_name_models_by_id_or_last_part(tmp_path):
    (tmp_path / "x.json.gz").write_bytes(gzip.compress(b'{"Mug": ["a"], "chair": ["glbs/000/b.glb", "a", 7]}'))
    assert listed_categories(tmp_path, IDS) == {"glbs/000/a": "mug", "glbs/000/b": "chair"}


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"a": "b"}', '{"mug": ["z"]}', '{"mug\\n": ["a"]}', "[" * 99_999])
def test_other_json_is_passed_over(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "b.json.gz").write_bytes(b"no gzip")
    assert listed_categories(tmp_path, IDS) == {}
    (tmp_path / "c.json").write_text('{"mug": ["a"]}')
    assert listed_categories(tmp_path, IDS) == {"glbs/000/a": "mug"}
