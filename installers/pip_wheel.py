"""Gets pip itself on a Python that came without it (Debian's python3 has no ensurepip).

One pinned wheel, looked for where pip would look: local folders, then the configured index, then
the public one. Its hash is pinned, so where it came from does not matter.
"""

import configparser
import hashlib
import os
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from installers.console import SetupError

NAME = "pip-26.3-py3-none-any.whl"
SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
PUBLIC_INDEX = "https://pypi.org/simple"
_SECONDS = 60


def fetch(folder: Path) -> Path:
    """The pip wheel in `folder`, downloaded unless it is already there and whole."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / NAME
    if target.exists() and _genuine(target.read_bytes()):
        return target
    reasons: list[str] = []
    for place in _places():
        try:
            content = _from_place(place)
        except (OSError, ValueError) as error:
            reasons.append(f"{place}：{error}")
            continue
        if content is not None and _genuine(content):
            partial = target.with_suffix(".part")
            partial.write_bytes(content)
            partial.replace(target)
            return target
        reasons.append(f"{place}：没有 {NAME}")
    listing = "\n  ".join(reasons)
    raise SetupError(
        "取不到 pip 安装包。请检查网络，或设置环境变量 PIP_INDEX_URL 指向可用的镜像后重新运行同一命令。"
        f"\n  {listing}"
    )


def _genuine(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == SHA256


def _from_place(place: str) -> bytes | None:
    """The wheel's bytes out of a folder or an index; None if it is not listed there."""
    if "://" not in place or place.startswith("file://"):
        folder = Path(urllib.request.url2pathname(urllib.parse.urlsplit(place).path)
                      if place.startswith("file://") else place)
        for candidate in (folder / NAME, folder / "pip" / NAME):
            if candidate.is_file():
                return candidate.read_bytes()
        return None
    page_url = place.rstrip("/") + "/pip/"
    page = _read(page_url).decode("utf-8", errors="replace")
    found = re.search(r'href="([^"]*/?' + re.escape(NAME) + r'[^"]*)"', page)
    if found is None:
        return None
    return _read(urllib.parse.urljoin(page_url, found.group(1).replace("&amp;", "&")))


def _read(url: str) -> bytes:
    """Reads over the proxy and certificates of the environment.

    A bare machine has no root certificates at all. The wheel's hash is pinned here, so an
    unverified connection can at worst deny the file, never replace it.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "sanzhi-setup"})
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS, context=_context()) as answer:
            return bytes(answer.read())
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ssl.SSLCertVerificationError):
            raise
        unverified = ssl._create_unverified_context()  # noqa: S323, SLF001 (hash is pinned)
        with urllib.request.urlopen(request, timeout=_SECONDS, context=unverified) as answer:
            return bytes(answer.read())


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    for bundle in (*_setting("cert"), os.environ.get("REQUESTS_CA_BUNDLE", "")):
        if bundle and Path(bundle).is_file():
            context.load_verify_locations(cafile=bundle)
    return context


def _places() -> Iterator[str]:
    yield from _setting("find-links")
    yield from _setting("index-url")
    yield from _setting("extra-index-url")
    yield PUBLIC_INDEX


def _setting(name: str) -> list[str]:
    """What pip would take for one of its options: environment first, then its files."""
    value = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if value is not None:
        return value.split()
    for file in _configuration_files():
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        for section in ("install", "download", "global"):
            if parser.has_option(section, name):
                return parser.get(section, name).split()
    return []


def _configuration_files() -> Iterator[Path]:
    if "PIP_CONFIG_FILE" in os.environ:
        yield Path(os.environ["PIP_CONFIG_FILE"])
    if os.name == "nt":
        for variable in ("APPDATA", "PROGRAMDATA"):
            if variable in os.environ:
                yield Path(os.environ[variable], "pip", "pip.ini")
        return
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 (Path.home() raises where there is none)
    yield Path(os.environ.get("XDG_CONFIG_HOME", home / ".config"), "pip", "pip.conf")
    yield home / ".pip" / "pip.conf"
    yield Path("/etc/pip.conf")
