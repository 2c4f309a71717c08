"""Opens an OOXML package without trusting it: sizes before inflating, no DTD, no entities."""

import zipfile
from pathlib import Path
from typing import Any, Self

from sanzhi_desktop.documents.read.model import ReadFault
from sanzhi_desktop.domain.errors import DomainError

MAX_PARTS = 5_000
MAX_TOTAL = 512 * 1024 * 1024
MAX_XML = 64 * 1024 * 1024
MAX_RATIO = 250  # real documents stay below 60; a bomb has about 1000
RATIO_FLOOR = 4 * 1024 * 1024  # smaller parts harm nobody, however well they pack


class Package:
    """The parts of one package. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as reason:
            raise DomainError(ReadFault.DAMAGED, file=path.name) from reason
        try:
            self._refuse_bombs()
        except DomainError:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def names(self) -> list[str]:
        return self._zip.namelist()

    def _refuse_bombs(self) -> None:
        parts = self._zip.infolist()
        total = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts)
        swollen = any(
            part.file_size > RATIO_FLOOR and part.file_size > MAX_RATIO * part.compress_size
            for part in parts
        )
        if (
            len(parts) > MAX_PARTS
            or total > MAX_TOTAL
            or swollen
            or (total > RATIO_FLOOR and total > MAX_RATIO * packed)
        ):
            raise DomainError(ReadFault.BOMB, file=self._name)

    def xml(self, name: str) -> Any:
        """The root element of a part; None when the package has no such part."""
        from lxml import etree

        data = self._bytes(name)
        if data is None:
            return None
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as reason:
            if b"<!ENTITY" in data:
                raise DomainError(ReadFault.BOMB, file=self._name) from reason
            raise DomainError(ReadFault.DAMAGED, file=self._name) from reason
        if root.getroottree().docinfo.internalDTD is not None:
            raise DomainError(ReadFault.BOMB, file=self._name)
        return root

    def _bytes(self, name: str) -> bytes | None:
        try:
            part = self._zip.getinfo(name)
        except KeyError:
            return None
        if part.flag_bits & 0x1:
            raise DomainError(ReadFault.ENCRYPTED, file=self._name)
        if part.file_size > MAX_XML:
            raise DomainError(ReadFault.BOMB, file=self._name)
        import zlib

        try:
            with self._zip.open(part) as stream:
                data = stream.read(MAX_XML + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as reason:
            raise DomainError(ReadFault.DAMAGED, file=self._name) from reason
        except (NotImplementedError, RuntimeError) as reason:
            raise DomainError(ReadFault.DAMAGED, file=self._name) from reason
        if len(data) > MAX_XML:
            raise DomainError(ReadFault.BOMB, file=self._name)
        return data
