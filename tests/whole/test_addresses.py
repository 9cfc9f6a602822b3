"""Commands on a run at an address: the same files as from a disk, one line where that cannot be, nothing left then."""

import errno
import hashlib
import itertools
import pickle
import sys

import pytest
from export_world import made_run
from import_world import imported
from planar_world import write_planar
from s3_server import BUCKET, Cutting, s3_server, sent

from scenegen import remote
from scenegen.address import as_oserror
from scenegen.cli import main
from scenegen.errors import UsageError
from scenegen.remote import located

IDENTITY = ("--url", "https://example.org/x", "--creator", "A lab", "--date", "2026-01-31")
COMMANDS = {
    "gallery": ("gallery", "RUN", "--out", "OUT/page.html"),
    "card": ("card", "RUN", "--out", "OUT/card", *IDENTITY),
    "repack": ("repack", "RUN", "--codec", "none", "--out", "OUT/repacked"),
    "verify": ("verify", "RUN", "--fast", "--json", "OUT/verdict.json"),
    "inspect": ("inspect", "RUN"),
    "inspect a shard": ("inspect", "RUN/SHARD"),
    "status": ("status", "RUN"),
    "figure": ("figure", "RUN", "--sample", "4", "--out", "OUT/a.png"),
    "figure of a shard": ("figure", "RUN/SHARD", "--kind", "warp", "--out", "OUT/a.svg"),
    **{
        f"export {name}": ("export", "RUN", "--format", name, "--max", "4", "--out", f"OUT/{name}")
        for name in ("colmap", "nerfstudio", "webdataset", "glue-factory")
    },
}
VIEW = ("view", "RUN", "--sample", "1", "--save", "OUT/a.rrd")
"""Its files are never the same bytes: rerun numbers what it writes."""
WRITING = {name: words for name, words in COMMANDS.items() if any("OUT" in word for word in words)}
READING = {name: words for name, words in COMMANDS.items() if name in ("gallery", "card", "figure", "export colmap")}


@pytest.fixture(scope="module")
def server():
    with s3_server() as address:
        yield address


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run on the disk."""
    folder = made_run(tmp_path_factory.mktemp("world"))
    (folder / "local.json").unlink()
    return folder


@pytest.fixture(params=["s3", "memory"])
def there(request, run):
    """The same at an address."""
    if request.param == "s3":
        request.getfixturevalue("server")
    return sent(run, f"{request.param}://{BUCKET}/{request.node.name}/run")


@pytest.fixture
def at_s3(request, run, server):
    """The same in a bucket."""
    return sent(run, f"s3://{BUCKET}/{request.node.name}/run")


def typed(words, run, out):
    """The words of a command, of which some are places."""
    shard = "train-room0-000.h5"
    return [word.replace("RUN", str(run)).replace("OUT", str(out)).replace("SHARD", shard) for word in words]


def written(folder):
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def done(words, run, out, capsys):
    """Exit code, files and words of a command; places are left out of the words."""
    out.mkdir(exist_ok=True)
    code = main(typed(words, run, out))
    said, errors = capsys.readouterr()
    return code, written(out), said.replace(str(run), "RUN").replace(str(out), "OUT"), errors


def one_line(words, run, out, capsys):
    """Exit code and the only line of a command that fails, of which nothing must be left."""
    code, left, _, errors = done(words, run, out, capsys)
    assert (len(errors.splitlines()), left) == (1, {}), errors
    assert not list(out.iterdir())
    return code, errors.removeprefix("scenegen: ").rstrip()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_writes_and_says_what_it_does_of_a_run_on_the_disk(name, run, there, tmp_path, capsys):
    here = done(COMMANDS[name], run, tmp_path / "here", capsys)
    assert here[0] == 0, here
    assert done(COMMANDS[name], there, tmp_path / "there", capsys) == here
    assert bool(here[1]) == (name in WRITING)


def test_a_recording_holds_what_that_of_a_run_on_the_disk_holds(run, at_s3, tmp_path, capsys):
    pytest.importorskip("rerun", reason="recordings need rerun-sdk")
    from recording_reader import read

    here, there = (done(VIEW, place, tmp_path / name, capsys) for name, place in (("here", run), ("there", at_s3)))
    assert (here[0], here[2:]) == (0, there[2:])
    ours, theirs = (read(tmp_path / name / "a.rrd") for name in ("here", "there"))
    assert ours == theirs


@pytest.mark.parametrize("name", [*WRITING, "view", "assets"])
def test_what_is_written_lies_on_this_machine(name, run, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = {**WRITING, "view": VIEW, "assets": ("assets", "check", "procedural", "--json", "OUT/report.json")}[name]
    (at,) = [word for word in typed(words, run, "s3://bucket/out") if "://bucket" in word]
    assert main(typed(words, run, "s3://bucket/out")) == 2
    said = f"scenegen: {at}: is an address, and this must lie on this machine: give a path here\n"
    assert capsys.readouterr().err == said
    assert not list(tmp_path.iterdir())


def test_a_card_of_a_run_at_an_address_needs_a_folder(at_s3, tmp_path, capsys):
    before = remote.sizes(located(at_s3))
    code, said = one_line(("card", "RUN"), at_s3, tmp_path / "out", capsys)
    assert (code, said) == (
        2,
        f"card {at_s3}: the run lies at an address: give --out, a folder of this machine for its card",
    )
    assert remote.sizes(located(at_s3)) == before


def test_a_gallery_names_what_is_missing_there(run, at_s3, tmp_path, capsys):
    first, second, *_ = sorted(path.name for path in run.glob("*.h5"))
    (located(at_s3) / first).unlink()
    remote.write_over(located(at_s3) / "stray.h5", b"junk")
    remote.write_over(located(at_s3) / f".{second}.tmp-1.h5", b"half")
    code, left, said, _ = done(COMMANDS["gallery"], at_s3, tmp_path / "out", capsys)
    assert (code, list(left)) == (1, ["page.html"])
    assert said.splitlines()[:2] == [
        "skipped  stray.h5: is not listed in manifest.json",
        f"skipped  {first}: is listed but missing: run the command that made it again",
    ]


def test_the_options_of_a_run_come_from_its_address(at_s3, tmp_path, capsys):
    words = ("render", "--config", "RUN/config.json", "--rooms", "0", "--out", "OUT/x")
    code, said = one_line(words, at_s3, tmp_path / "out", capsys)
    assert code == 2
    assert "rooms" in said
    code, said = one_line((*words[:2], "RUN/none.json", *words[3:]), at_s3, tmp_path / "out", capsys)
    assert code == 2
    assert said == f"--config {at_s3}/none.json: cannot be read (No such file or directory); give a JSON or TOML file"


def test_data_is_imported_into_a_bucket(server, tmp_path, request):
    (tmp_path / "data").mkdir()
    write_planar(tmp_path / "data")
    address = f"s3://{BUCKET}/{request.node.name}"
    for out in (tmp_path / "run", address):
        assert imported("homography", tmp_path / "data", out, "--size", "200x120") == 0
    (here,) = (tmp_path / "run").glob("*.h5")
    assert (located(address) / here.name).read_bytes() == here.read_bytes()
    assert "local.json" not in remote.sizes(located(address))


@pytest.mark.parametrize("name", [*READING, "status", "inspect", "verify"])
def test_a_bucket_that_is_not_there_is_one_line(name, server, tmp_path, capsys):
    code, said = one_line(COMMANDS[name], "s3://no-such-bucket/run", tmp_path / "out", capsys)
    assert code in (1, 2)
    assert said.startswith("s3://no-such-bucket/run: ")
    assert "no such f" in said or "holds no run" in said


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Connections are made anew, without what the machine knows of accounts."""
    import fsspec
    import s3fs

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    options = {"retries": {"max_attempts": 0}, "read_timeout": 2}
    monkeypatch.setitem(fsspec.config.conf, "s3", {"config_kwargs": options})
    monkeypatch.setattr("s3fs.S3FileSystem.retries", 1)
    s3fs.S3FileSystem.clear_instance_cache()
    yield monkeypatch
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.parametrize("name", [*READING, "status", "inspect", "verify"])
def test_credentials_that_are_missing_are_one_line(name, at_s3, fresh, tmp_path, capsys):
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        fresh.delenv(variable)
    code, said = one_line(COMMANDS[name], at_s3, tmp_path / "out", capsys)
    assert code == 1
    assert said.startswith(at_s3)
    assert "cannot be reached (Unable to locate credentials): see that it is there, that you may use it" in said


@pytest.mark.parametrize("name", READING)
def test_a_package_that_is_missing_is_one_line(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "upath", None)
    code, said = one_line(COMMANDS[name], "s3://bucket/run", tmp_path / "out", capsys)
    assert (code, said) == (2, "s3://bucket/run: needs the package upath: pip install 'scenegen[s3]'")


@pytest.fixture
def proxied(server, fresh):
    """A proxy on the way to the server, for cutting connections."""
    proxy = Cutting(server)
    fresh.setenv("AWS_ENDPOINT_URL", proxy.address)
    yield proxy
    proxy.close()


@pytest.mark.parametrize("limit", [100, 9000], ids=["the list", "shards"])
@pytest.mark.parametrize("name", [*READING])
def test_a_connection_that_is_cut_is_one_line_and_leaves_nothing(name, limit, at_s3, proxied, tmp_path, capsys):
    proxied.downwards = limit
    code, left, _, errors = done(COMMANDS[name], at_s3, tmp_path / "out", capsys)
    assert proxied.cuts
    assert (code, len(errors.splitlines())) == (1, 1), errors
    assert errors.startswith(f"scenegen: {at_s3}")
    assert "cannot be reached (" in errors
    assert not left


# what an address is


def test_an_address_is_named_as_a_path_is():
    set_ = located("memory://a/set/")
    assert (str(set_), set_.name, str(set_.parent), set_.resolve()) == ("memory://a/set", "set", "memory://a", set_)
    shard = set_ / "x/y.h5"
    assert (shard.name, shard.suffix, shard.relative_to(set_).as_posix()) == ("y.h5", ".h5", "x/y.h5")
    assert located("s3://bucket").name == "bucket"
    assert pickle.loads(pickle.dumps(shard)) == shard
    assert located(shard) is shard
    assert sorted([shard, set_]) == [set_, shard]


def test_a_folder_of_this_machine_is_a_path_however_it_is_written(tmp_path):
    assert located(tmp_path.as_uri()) == located(str(tmp_path)) == tmp_path
    with pytest.raises(UsageError, match="s3://x: is an address"):
        remote.local("s3://x")


def test_what_lies_at_an_address_is_found(tmp_path):
    folder = located("memory://odd/a[1]/set")
    for name in ("b.h5", "sub/a.h5", "record-0-of-2.json", "x[1].h5"):
        remote.write_over(folder / name, b"12345")
    assert remote.sizes(folder) == dict.fromkeys(("b.h5", "sub/a.h5", "record-0-of-2.json", "x[1].h5"), 5)
    assert remote.present(folder, ("b.h5", "gone.h5")) == {"b.h5": 5}
    assert [path.name for path in sorted(folder.rglob("*.h5"))] == ["b.h5", "a.h5", "x[1].h5"]
    assert [path.name for path in folder.glob("record-*.json")] == ["record-0-of-2.json"]
    assert (folder.is_dir(), (folder / "b.h5").is_file(), (folder / "gone").exists()) == (True, True, False)
    with pytest.raises(FileNotFoundError):
        (folder / "gone").stat()
    (folder / "gone").unlink(missing_ok=True)
    (folder / "b.h5").unlink()
    assert not (folder / "b.h5").exists()


def test_a_file_there_is_read_in_order_and_anywhere():
    path = located("memory://files/text")
    remote.write_over(path, "\N{BYTE ORDER MARK}ä\r\nb".encode())
    assert path.read_text(encoding="utf-8-sig") == "ä\nb"
    with path.open("rb") as stream:
        assert (stream.readable(), stream.read(3), stream.tell()) == (True, b"\xef\xbb\xbf", 3)
        stream.seek(-1, 2)
        assert stream.read() == b"b"


def raised(*errors):
    """What comes of an error that came from others."""
    for cause, error in itertools.pairwise(errors):
        error.__cause__ = cause
    with pytest.raises(OSError) as caught, as_oserror("s3://b/x"):  # noqa: PT011
        raise errors[-1]
    return caught.value.errno, caught.value.strerror, caught.value.filename


def test_whatever_a_library_raises_is_an_error_of_the_system():
    assert raised(FileNotFoundError("gone")) == (errno.ENOENT, "gone", "s3://b/x")
    assert raised(FileNotFoundError("b/x")) == (errno.ENOENT, "No such file or directory", "s3://b/x")
    assert raised(PermissionError("no. No\nat all")) == (errno.EACCES, "no. No", "s3://b/x")
    assert raised(RuntimeError("no network.")) == (errno.ENOTCONN, "no network", "s3://b/x")
    assert raised(OSError("Read timeout"), TimeoutError(), IndexError("out of range"))[1] == "Read timeout"
    assert raised(TimeoutError())[1] == "TimeoutError"
