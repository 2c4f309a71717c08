"""Every code that a screen may show has its Chinese name."""

from enum import StrEnum

import pytest

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.case import Adoption, PartyType, RoundReason, Submission
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.opinion import Answer, Dimension, Outcome, Weight
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.ui import names
from sanzhi_desktop.ui.submission_form import texts_of

KINDS: tuple[type[StrEnum], ...] = (
    State,
    Action,
    OfficeAction,
    Role,
    Outcome,
    Answer,
    Dimension,
    Weight,
    PartyType,
    RoundReason,
    Adoption,
    Kind,
    Procedure,
)


@pytest.mark.parametrize("code", [code for kind in KINDS for code in kind], ids=str)
def test_has_a_name_in_chinese(code: StrEnum) -> None:
    said = names.name(code)
    assert any("\u4e00" <= sign <= "\u9fff" for sign in said), said


@pytest.mark.parametrize("key", sorted(texts_of(Submission())))
def test_every_field_of_the_submission_has_a_label(key: str) -> None:
    assert names.named("field", key) != f"field.{key}"
