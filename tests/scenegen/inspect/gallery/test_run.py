"""The folder of a run as it is at this moment."""

import pytest
from gallery_world import write_manifest, write_run, write_shard

from scenegen.errors import ShardError, UsageError
from scenegen.inspect.gallery.run import run_folder


def names(run):
    return [path.name for path in run.shards]


def test_a_folder_of_shards_needs_no_manifest(tmp_path):
    write_shard(tmp_path / "b.h5")
    write_shard(tmp_path / "sub" / "a.h5")
    run = run_folder(tmp_path)
    assert names(run) == ["b.h5", "a.h5"]
    assert (run.listed, run.planned, run.skipped, run.facts) == (False, 2, {}, {})


def test_a_finished_run_is_shown_in_its_order(tmp_path):
    run = run_folder(write_run(tmp_path / "demo"))
    assert names(run) == ["train-r0.h5", "train-r2.h5", "val-r1.h5"]
    assert run.name == "demo"
    assert run.facts == {"generator_version": "0.1.0", "codec": "gzip", "license": "CC0"}
    assert not run.skipped


def test_while_a_run_goes_on_complete_shards_are_seen_and_partial_ones_never(tmp_path):
    """A shard is there before the manifest lists it; one that is being written has another name."""
    write_run(tmp_path, rooms=1)
    write_manifest(tmp_path, coming=["new.h5", "later.h5"], failed=["broken.h5"])
    write_shard(tmp_path / "new.h5")
    (tmp_path / ".later.h5.tmp-123").write_bytes((tmp_path / "new.h5").read_bytes()[:5000])
    (tmp_path / ".hidden.h5").write_bytes(b"half")
    run = run_folder(tmp_path)
    assert names(run) == ["train-r0.h5", "new.h5"]
    assert (run.planned, dict(run.skipped)) == (4, {})
    assert dict(run.failed) == {"broken.h5": "no view was found"}


def test_missing_short_and_unlisted_files_are_skipped_with_their_reason(tmp_path):
    write_run(tmp_path, rooms=3)
    (tmp_path / "train-r0.h5").unlink()
    size = (tmp_path / "val-r1.h5").stat().st_size
    (tmp_path / "val-r1.h5").write_bytes(b"cut")
    write_shard(tmp_path / "stray.h5")
    run = run_folder(tmp_path)
    assert names(run) == ["train-r2.h5"]
    assert dict(run.skipped) == {
        "train-r0.h5": "is listed but missing: run the command that made it again",
        "val-r1.h5": f"has 3 bytes, the manifest says {size:,}: run the command that made it again",
        "stray.h5": "is not listed in manifest.json",
    }


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"shards": 3}', '{"shards": [{"file": "a"}]}', '{"shards": [], "planned": [1]}', "\udcff"]
)
def test_a_manifest_that_is_none_is_one_line(tmp_path, text):
    (tmp_path / "manifest.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ShardError, match=r"manifest.json: is not a manifest \(.*\): run the command .* or delete it$"):
        run_folder(tmp_path)


def test_no_folder_and_a_file_are_one_line(tmp_path):
    with pytest.raises(ShardError, match=r"nowhere: no such folder: check the path"):
        run_folder(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"a.h5: is a file: give the folder of a run"):
        run_folder(write_shard(tmp_path / "a.h5"))
