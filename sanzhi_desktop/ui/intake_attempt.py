"""One save of a submission as it goes out, and what is said of one that came back.

Must not: widgets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sanzhi_desktop.application import intake
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.case import Material, Submission
from sanzhi_desktop.ui.drafts import Draft
from sanzhi_desktop.ui.outgoing import Outgoing


@dataclass(frozen=True, slots=True)
class Attempt:
    """One save as it goes out. An empty case id registers."""

    case_id: str
    seen: int
    submission: Submission
    materials: tuple[Material, ...]
    content: Mapping[str, Any]  # of the form, as the journal keeps it

    def send(self, session: Session) -> Changed:
        """In the database lane."""
        if not self.case_id:
            return intake.register(
                session,
                submission=self.submission,
                materials=self.materials,
            )
        return intake.edit(
            session,
            case_id=self.case_id,
            seen_version=self.seen,
            submission=self.submission,
            materials=self.materials,
        )

    def after(self, outgoing: Outgoing) -> Changed:
        """Settles an attempt whose answer was lost, as it was, so that nothing is registered
        twice, also after a restart; then sends what was typed since then."""
        wanted = self
        settled = outgoing.settle()
        if settled is not None:
            before = outgoing.settled
            if before is not None and before.content == self.content:
                return settled
            wanted = replace(self, case_id=settled.case_id, seen=settled.version)
        return outgoing.send(self.content, lambda: wanted.send(outgoing.session))


def restored_words(found: Draft, version: int) -> str:
    """What is said of a form that came back; `version` is the one that stands there now."""
    if "sent" in found.values:
        return "已恢复上次的内容；上次保存没有得到答复，可能已经存入。请再保存一次，不会重复登记。"
    if found.version and found.version != version:
        return "已恢复上次没有提交的内容；此后他人保存过修改，请核对后保存。"
    return "已恢复上次没有提交的内容，请核对后保存。"
