"""Errors as codes with facts; the Chinese sentence is made at the edge (`resources.sentences`).

Every area declares its own codes as a `Code` subclass beside the rule that raises them; a test
walks the subclasses and demands one sentence for each member.
"""

from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Base of every error and state code that a person may come to see."""


class DomainError(Exception):
    """A rule refused. `code` says which; `facts` fill the sentence shown to the user."""

    def __init__(self, code: Code, **facts: Any) -> None:
        super().__init__(code.value, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code.value} {self.facts}" if self.facts else self.code.value
