"""The contract of the gateway, the same on SQLite and PostgreSQL."""

from sanzhi_desktop.domain.workflow import Action, State
from tests.persistence.desk import Desk


def test_a_case_from_registration_to_decision(desk: Desk) -> None:
    case_id = desk.decided()
    case = desk.case(case_id)
    assert (case.state, case.version, case.round) == (State.DECIDED, 8, 1)
    desk.send("h1", case_id, Action.ADOPT, adoptions=[])
