"""What a desk on one PC knows of entries that carry no keyed tag (防伪标记), and how it goes on.

Lives here: the port and its answer. Must not: tags (`domain.history_tag`) and key stores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sanzhi_desktop.domain.history_tag import Untagged


class TagLack(StrEnum):
    """Why entries carry no tag."""

    SILENT = "tagging.silent"  # the key store is locked or not there; they are tagged when it is
    NO_KEY = "tagging.no_key"  # it answers, and the key is on another PC
    LEFT = "tagging.left"  # written earlier or past this desk: an administrator takes them in


@dataclass(frozen=True, slots=True)
class TagMark:
    """How many entries carry no tag, and why; 0 where all is well."""

    entries: int = 0
    why: TagLack = TagLack.SILENT


COMPLETE = TagMark()


class Tagging(Protocol):
    """The tags of the database of this PC, as one desk keeps them."""

    def look(self) -> TagMark:
        """In the database lane, often: bothers nobody. What waits is tagged where the key store
        answers by itself."""
        ...

    def again(self) -> TagMark:
        """In the database lane, because the person wants it: the key store may ask him."""
        ...

    def take_in(self, reason: str, seen: Sequence[Untagged]) -> None:
        """In the database lane: tags what was left, and the history tells it. Whether the person
        may is asked before (`application.taking_in`). Raises DomainError."""
        ...
