"""Whether a file is an Excel workbook that may be opened: size, bombs, macros, old formats.

Lives here: looking at the container without reading a cell. Must not: the content of any sheet.
"""

import zipfile
from pathlib import Path
from typing import Final

from sanzhi_desktop.domain.errors import Code, DomainError

LARGEST_BYTES: Final = 20_000_000
LARGEST_UNPACKED: Final = 120_000_000  # 10 000 rows of long texts have some ten million
MEGA: Final = 1_000_000
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, and every .xlsx with a password
_MACROS = ("vbaproject.bin", "vbadata.xml", "xl/macrosheets/", "xl/activex/")


class SheetFault(Code):
    """Why a file cannot be taken as a sheet."""

    TOO_LARGE = "sheet.too_large"
    NOT_READABLE = "sheet.not_readable"
    NOT_WRITTEN = "sheet.not_written"
    OLD_FORMAT = "sheet.old_format"
    NOT_EXCEL = "sheet.not_excel"
    MACROS = "sheet.macros"
    DAMAGED = "sheet.damaged"
    NO_HEADER = "sheet.no_header"
    HEADER_TWICE = "sheet.header_twice"
    EMPTY = "sheet.empty"
    TOO_MANY_ROWS = "sheet.too_many_rows"


def check_workbook(path: Path) -> None:
    """Raises DomainError(SheetFault) unless the file is a workbook that may be opened."""
    name = path.name
    try:
        with path.open("rb") as file:
            begin = file.read(len(_OLE))
        size = path.stat().st_size
        if begin == _OLE:
            raise DomainError(SheetFault.OLD_FORMAT, file=name)
        if size > LARGEST_BYTES:
            raise DomainError(SheetFault.TOO_LARGE, file=name, largest=LARGEST_BYTES // MEGA)
        with zipfile.ZipFile(path) as packed:
            _check_members(packed, name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DomainError(SheetFault.NOT_READABLE, file=name, reason=reason) from error
    except zipfile.BadZipFile as error:
        code = SheetFault.DAMAGED if begin[:2] == b"PK" else SheetFault.NOT_EXCEL
        raise DomainError(code, file=name) from error


def _check_members(packed: zipfile.ZipFile, name: str) -> None:
    members = {one.filename.lower(): one.file_size for one in packed.infolist()}
    if "xl/workbook.xml" not in members:
        raise DomainError(SheetFault.NOT_EXCEL, file=name)
    if sum(members.values()) > LARGEST_UNPACKED:
        raise DomainError(SheetFault.TOO_LARGE, file=name, largest=LARGEST_UNPACKED // MEGA)
    if any(mark in member for member in members for mark in _MACROS):
        raise DomainError(SheetFault.MACROS, file=name)
