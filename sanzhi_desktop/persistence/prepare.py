"""What the client adds to a payload before it is sent: keys that the databases cannot make.

Lives here: the pinyin key by which names are sorted. Must not: anything the database decides.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.profile import profile_from_json
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.faults import PersistenceFault

_ZERO = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def sort_key(name: str) -> str:
    """Pinyin without tones, syllables apart by a space; other characters as they are."""
    if not name:
        return ""
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(name, style=Style.NORMAL)).lower()


def _refuse_unstorable(payload: Mapping[str, Any]) -> None:
    """Half characters, zero bytes and numbers that are none: one database would take what the
    other refuses. Anything that is no JSON value at all is a mistake of ours and raises."""
    try:
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError as error:  # also UnicodeEncodeError
        raise DomainError(PersistenceFault.BAD_PAYLOAD, field=_printable(error)) from error
    if _ZERO.search(text):
        raise DomainError(PersistenceFault.BAD_PAYLOAD, field="\\u0000")


def _printable(error: ValueError) -> str:
    return str(error).encode("ascii", "backslashreplace").decode("ascii")


def prepared_payload(action: Action | OfficeAction, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with its sort key where the action names something that is listed.

    Raises DomainError for text that no database could keep.
    """
    _refuse_unstorable(payload)
    made = dict(payload)
    if action in (Action.REGISTER, Action.EDIT) and isinstance(made.get("submission"), Mapping):
        made["sort_key"] = sort_key(str(made["submission"].get("name") or ""))
    elif action is OfficeAction.PUT_PERSON:
        made["sort_key"] = sort_key(str(made.get("name") or ""))
    elif action is OfficeAction.PUBLISH_PROFILE:
        made["clears"] = clears(made.get("applied"))
    elif action is OfficeAction.PUT_SEAL:
        made["image_sha256"] = _digest(made.get("image"))
    return made


def _digest(image: Any) -> str:
    """The hash by which the history keeps an image; "" for what is none, which is refused later."""
    try:
        return hashlib.sha256(base64.b64decode(image, validate=True)).hexdigest()
    except (ValueError, TypeError):
        return ""


def clears(applied: Any) -> str:
    """Kinds of enforcement in which the profile lets a meeting's decision open the gate, as
    ',permit,…,'. Worked out here once, from the very text that is published: rules resolve between
    layers, which no database should repeat."""
    try:
        profile = profile_from_json(json.dumps(applied, ensure_ascii=False))
        found = [k for k in Kind if profile.for_kind("gate.dispute_clears", k).value is True]
    except DomainError:
        return ""  # no resolved profile: no meeting clears anything under it
    kinds = [k.value for k in found if k is not Kind.PENALTY]
    return "".join(f",{kind}" for kind in kinds) + "," if kinds else ""
