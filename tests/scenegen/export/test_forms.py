"""Samples that a format cannot hold, and names that its loaders would pass over, are refused in one line."""

import re
from typing import get_args

import pytest
from shard_factory import make_content

from scenegen.errors import UsageError
from scenegen.export.choices import Format, Suffix
from scenegen.export.run import FORMS, ExportChoice, export_run
from scenegen.shards.writer import encode_shard, publish


def run_of(folder, name="a.h5", **changes):
    path = folder / "run" / name
    path.parent.mkdir(exist_ok=True)
    publish(path, encode_shard(make_content(**({"samples": 1} | changes))))
    return folder / "run"


def refused(run, out, form):
    with pytest.raises(UsageError) as caught:
        export_run(run, out, ExportChoice(form))
    assert "\n" not in str(caught.value)
    assert not out.exists()
    return str(caught.value)


def test_every_name_that_may_be_chosen_is_a_format():
    assert get_args(Format) == tuple(FORMS)
    assert get_args(Suffix) == ("png", "jpg")


@pytest.mark.parametrize("views", [2, 4, 6])
def test_five_views_or_none_for_habitat(tmp_path, views):
    said = refused(run_of(tmp_path, views=views), tmp_path / "out", "dust3r")
    assert said.endswith(f"a.h5: has samples of {views} views, and --format dust3r needs 5: render with --views 5")


@pytest.mark.parametrize("form", ["scene-info", "loftr", "dust3r"])
def test_depth_is_needed(tmp_path, form):
    said = refused(run_of(tmp_path, views=5, layers=("instance",)), tmp_path / "out", form)
    advice = f"a.h5: has no layer depth, and --format {form} needs it: render with --layers rgb,depth"
    assert said.endswith(advice)


def test_a_later_shard_is_looked_at_too(tmp_path):
    run_of(tmp_path, views=5)
    said = refused(run_of(tmp_path, "b.h5"), tmp_path / "out", "dust3r")
    assert "b.h5: has samples of 2 views" in said


def test_loftr_takes_no_large_pictures(tmp_path):
    run = run_of(tmp_path, width=2004, height=8)
    assert "has pictures of 2004x8, and --format loftr needs sides of 2000 at most" in refused(
        run, tmp_path / "out", "loftr"
    )
    export_run(run, tmp_path / "out", ExportChoice("scene-info"))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("0015", "RoMa and DKM leave out four digits that are a scene of MegaDepth"),
        ("my room", "the lists of LoFTR end a name at a blank"),
        (".hidden", "XFeat leaves out files that begin with a dot"),
        ("my-images-0", "XFeat and LiftFeat rewrite"),
        ("Undistorted_SfM", "XFeat and LiftFeat rewrite"),
    ],
)
@pytest.mark.parametrize("form", ["scene-info", "loftr"])
def test_names_that_a_loader_would_not_find(tmp_path, form, name, why):
    said = refused(run_of(tmp_path, f"{name}.h5"), tmp_path / "out", form)
    end = f"{why}.*, and --format {form} needs another one: rename the file, in manifest.json too$"
    assert re.search(end, said)


@pytest.mark.parametrize("name", ["00151", "015", "train-room_000-000", "a.b", "image", "Undistorted_SfM0"])
def test_other_names_are_found(name):
    assert FORMS["loftr"].lost(name) is FORMS["dust3r"].lost(name) is None


def test_habitat_has_a_name_a_line():
    assert [bool(FORMS["dust3r"].lost(name)) for name in ("my room", "my\nroom", "room\n", "\u2028a")] == [0, 1, 1, 1]
