"""What the client adds to a payload before it is sent: keys that the databases cannot make.

Lives here: the pinyin key by which names are sorted. Must not: anything the database decides.
"""

from collections.abc import Mapping
from typing import Any

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.workflow import Action


def sort_key(name: str) -> str:
    """Pinyin without tones, syllables apart by a space; other characters as they are."""
    if not name:
        return ""
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(name, style=Style.NORMAL)).lower()


def prepared_payload(action: Action | OfficeAction, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with its sort key where the action names something that is listed."""
    made = dict(payload)
    if action in (Action.REGISTER, Action.EDIT) and isinstance(made.get("submission"), Mapping):
        made["sort_key"] = sort_key(str(made["submission"].get("name") or ""))
    elif action is OfficeAction.PUT_PERSON:
        made["sort_key"] = sort_key(str(made.get("name") or ""))
    return made
