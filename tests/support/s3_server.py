"""An S3-compatible server on loopback (moto's), with a bucket, for tests of remote folders."""

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scenegen import remote
from scenegen.remote import located

BUCKET = "bucket"


@contextmanager
def s3_server() -> Iterator[str]:
    """The server's address while the block runs; the environment leads clients there."""
    s3fs = pytest.importorskip("s3fs", reason="the extra s3 is not installed")
    pytest.importorskip("upath", reason="the extra s3 is not installed")
    boto3 = pytest.importorskip("boto3", reason="boto3 is not installed")
    server_module = pytest.importorskip("moto.server", reason="moto is not installed")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    ours = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": address,
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    s3fs.S3FileSystem.clear_instance_cache()  # one of another server, of another module of tests
    try:
        boto3.client("s3", endpoint_url=address).create_bucket(Bucket=BUCKET)
        yield address
    finally:
        server.stop()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


class Cutting:
    """A proxy before the server that resets a connection once so many bytes went one way, until it is told to stop."""

    def __init__(self, address: str, upwards: int | None = None, downwards: int | None = None) -> None:
        host, _, port = address.removeprefix("http://").partition(":")
        self._server = (host, int(port))
        self.upwards, self.downwards, self.cuts = upwards, downwards, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                for source, sink, way in ((client, server, "upwards"), (server, client, "downwards")):
                    threading.Thread(target=self._forward, args=(source, sink, way), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, way: str) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                passed += len(data)
                limit = getattr(self, way)
                if limit is not None and passed > limit:
                    self.cuts += 1
                    for end in (source, sink):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        end.close()
                    return
                sink.sendall(data)
        for end in (source, sink):
            end.close()


def sent(folder, address):
    """The address, with the files of a folder at it."""
    for path in folder.iterdir():
        remote.write_over(located(address) / path.name, path.read_bytes())
    return address
