"""Asking for the password again: what stands for a signature on steps without a key."""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit

from sanzhi_desktop.application.confirmation import (
    BY_SAMPLE,
    ConfirmationFault,
    Confirmed,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import Form

FIELD = "password"


def add_password(form: Form, desk: Desk, label: str) -> None:
    """The password line; a sample office, where people are chosen by a click, has none."""
    if desk.office.sample:
        return
    editor = QLineEdit()
    editor.setEchoMode(QLineEdit.EchoMode.Password)
    form.add(FIELD, label, editor)


def confirming(form: Form, desk: Desk) -> Callable[[], Confirmed]:
    """Checks the password in the database lane, as the log-in does.

    Raises DomainError at once when none was typed; the returned function raises it when it is
    wrong. The password is held by that function alone.
    """
    person = desk.session.actor.person_id
    if desk.office.sample:
        return lambda: Confirmed(person, BY_SAMPLE)
    typed = form.fields[FIELD].text
    if not typed:
        raise DomainError(ConfirmationFault.MISSING)
    entry = desk.entry

    def check() -> Confirmed:
        try:
            entry.log_in(person, typed)
        except DomainError as error:
            if error.code.value != "persistence.log_in_refused":
                raise
            raise DomainError(ConfirmationFault.REFUSED) from error
        return Confirmed(person)

    return check
