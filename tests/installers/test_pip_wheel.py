"""Getting pip where Python came without it: from mirrors, folders and configuration, by hash."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from installers import pip_wheel
from installers.console import SetupError

CONTENT = b"a wheel, as far as anybody here can tell"


class Index(BaseHTTPRequestHandler):
    """A package index with one file, as mirrors serve it."""

    served: bytes = CONTENT
    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        pages = {
            "/simple/pip/": f'<a href="../../files/{pip_wheel.NAME}#sha256=0">x</a>'.encode(),
            f"/files/{pip_wheel.NAME}": type(self).served,
        }
        body = pages.get(self.path)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""


@pytest.fixture
def mirror() -> Iterator[str]:
    Index.asked, Index.served = [], CONTENT
    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/simple"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def own_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration of this machine, and no public index, takes part."""
    for name in ("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "CERT"):
        monkeypatch.delenv(f"PIP_{name}", raising=False)
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(pip_wheel, "PUBLIC_INDEX", str(tmp_path / "nowhere"))
    monkeypatch.setattr(pip_wheel, "SHA256", hashlib.sha256(CONTENT).hexdigest())


def test_takes_the_index_from_the_environment(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", mirror)
    assert pip_wheel.fetch(tmp_path / "downloads").read_bytes() == CONTENT


def test_takes_the_index_from_the_configuration_file(mirror: str, tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = {mirror}/\n", "utf-8")
    assert pip_wheel.fetch(tmp_path / "downloads").read_bytes() == CONTENT


def test_prefers_a_local_folder_and_then_asks_no_server(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = tmp_path / "轮子"
    wheels.mkdir()
    (wheels / pip_wheel.NAME).write_bytes(CONTENT)
    monkeypatch.setenv("PIP_INDEX_URL", mirror)
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    assert pip_wheel.fetch(tmp_path / "downloads").read_bytes() == CONTENT
    assert Index.asked == []


def test_does_not_download_again(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", mirror)
    pip_wheel.fetch(tmp_path / "downloads")
    asked = len(Index.asked)
    pip_wheel.fetch(tmp_path / "downloads")
    assert len(Index.asked) == asked == 2


def test_downloads_again_what_was_cut_off(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", mirror)
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / pip_wheel.NAME).write_bytes(CONTENT[:10])
    assert pip_wheel.fetch(folder).read_bytes() == CONTENT


def test_refuses_a_wheel_with_another_hash(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", mirror)
    Index.served = CONTENT + b"!"
    with pytest.raises(SetupError, match="PIP_INDEX_URL"):
        pip_wheel.fetch(tmp_path / "downloads")
    assert not (tmp_path / "downloads" / pip_wheel.NAME).exists()


def test_names_every_place_it_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(SetupError) as refused:
        pip_wheel.fetch(tmp_path / "downloads")
    assert "http://127.0.0.1:9/simple" in str(refused.value)
    assert "nowhere" in str(refused.value)
