"""Reading the registry of Windows; nothing is found elsewhere.

Lives here: names and values under a key. Must not: knowing what they mean, or writing.
"""

import sys
from enum import StrEnum


class Hive(StrEnum):
    """The part of the registry that a key stands in."""

    MACHINE = "HKEY_LOCAL_MACHINE"
    USER = "HKEY_CURRENT_USER"


if sys.platform == "win32":
    import winreg

    def keys(hive: Hive, path: str) -> list[str]:
        """The names of the keys under a key."""
        try:
            with winreg.OpenKey(getattr(winreg, hive.value), path) as opened:
                return [winreg.EnumKey(opened, n) for n in range(winreg.QueryInfoKey(opened)[0])]
        except OSError:
            return []

    def values(hive: Hive, path: str) -> dict[str, str]:
        """The values of a key that are text, by name."""
        try:
            with winreg.OpenKey(getattr(winreg, hive.value), path) as opened:
                count = winreg.QueryInfoKey(opened)[1]
                found = [winreg.EnumValue(opened, n)[:2] for n in range(count)]
        except OSError:
            return {}
        return {name: value for name, value in found if isinstance(value, str)}

else:

    def keys(_hive: Hive, _path: str) -> list[str]:
        """There is no registry."""
        return []

    def values(_hive: Hive, _path: str) -> dict[str, str]:
        """There is no registry."""
        return {}
