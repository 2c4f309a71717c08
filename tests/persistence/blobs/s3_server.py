"""A real S3 service over HTTP for the tests, as a process of its own; it asks for no real cloud."""

import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

KEY_ID = "sanzhi-tests"
SECRET = "a secret of the tests"
_FREELY = 10**9  # requests that are answered whoever asks


@dataclass(frozen=True)
class Service:
    """A running service; `client` is somebody else's client for it, the tests' oracle."""

    url: str
    client: Any

    def demand_accounts(self, *, on: bool) -> None:
        """Whether requests are refused that no account of the service signed: it has none."""
        asked = urllib.request.Request(
            f"{self.url}/moto-api/reset-auth",
            data=b"0" if on else str(_FREELY).encode(),
            headers={"Content-Type": "text/plain"},
        )
        urllib.request.urlopen(asked).close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _drain(lines: IO[bytes]) -> None:
    for _ in lines:
        pass


@contextmanager
def running() -> Iterator[Service]:
    """Starts it and stops it at the end."""
    import boto3

    port = _free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(_FREELY)},
    ) as process:
        try:
            assert process.stderr is not None
            if not any(b"Running on" in line for line in process.stderr):
                raise RuntimeError("the S3 service did not start")
            threading.Thread(target=_drain, args=(process.stderr,), daemon=True).start()
            url = f"http://127.0.0.1:{port}"
            client = boto3.client(
                "s3",
                endpoint_url=url,
                region_name="us-east-1",
                aws_access_key_id=KEY_ID,
                aws_secret_access_key=SECRET,
            )
            yield Service(url, client)
        finally:
            process.terminate()
