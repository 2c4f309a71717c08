"""The card of a case that needs no review: who said so, when, and why."""

from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui.case_page import CasePage
from sanzhi_desktop.ui.names import moment, name
from sanzhi_desktop.ui.widgets import Card, PlainLabel


def outside_card(page: CasePage) -> Card | None:
    """None unless the case was returned as outside the scope, or confirmed as needing no review."""
    said = next(
        (
            entry
            for entry in reversed(page.history)
            if entry.action in (Action.RETURN.value, Action.NOT_NEEDED.value)
        ),
        None,
    )
    if said is None:
        return None
    card = Card(name(Action(said.action)))
    who = said.actor_name or said.actor
    lines = [f"{who}，{moment(said.at)}，以本人密码再次确认。", f"理由：{said.reason}"]
    if said.detail.get("confirmed", {}).get("by") == "sample":
        lines[0] = f"{who}，{moment(said.at)}确认（样例单位不设密码）。"
    met = [
        f"{row['name']}（{row['document']}{row['article']}）"
        for row in said.detail.get("scope", {}).get("examined", ())
        if row["met"]
    ]
    if met:
        lines.append(f"送审表填报符合、经核对认定不属于的情形：{'；'.join(met)}")
    lines.append("逐项核对情况见“文书”页的告知书（确认书）。")
    for line in lines:
        card.body.addWidget(PlainLabel(line).wrapped().selectable())
    return card
