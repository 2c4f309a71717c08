"""Reads the case that a script or a person asks about: codes or Chinese, strict with the unknown.

Lives here: words for codes and the refusal that names the field. Must not: the decision itself
(`domain.scope`).
"""

import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sanzhi_desktop.domain.case import PartyType
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.kinds import parse_kind, parse_procedure
from sanzhi_desktop.domain.money import parse_amount
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.scope import BY_LAW, ScopeCase, penalty_name

LARGEST_FEN = 10**16

# Codes first, then words that tell the body by its name; 乡镇人民政府 enforces as an agency does.
_DECIDERS = {
    "government": ("government",),
    "department": ("department", "agency"),
    "authorised": (
        *("authorised", "authorized", "authorised org", "authorised_org"),
        *("authorised organisation", "authorized organization"),
    ),
}
_TOWNSHIP = ("乡人民政府", "镇人民政府", "乡政府", "镇政府", "街道办事处", "街道")
_AGENCY_ENDS = (
    "部门",
    "机关",
    "局",
    "委",
    "委员会",
    "办公室",
    "大队",
    "支队",
    "总队",
    "乡镇",
    "中心",
    *_TOWNSHIP,
)
_PARTIES = {
    PartyType.PERSON: ("person", "citizen", "individual", "natural_person", "natural person"),
    PartyType.SOLE_TRADER: ("sole_trader", "sole trader"),
    PartyType.ORGANISATION: (
        *("organisation", "organization", "legal_person", "legal person", "company"),
        *("enterprise", "other_organisation", "unit"),
    ),
}
_PARTY_WORDS = {
    PartyType.PERSON: ("公民", "自然人", "个人"),
    PartyType.SOLE_TRADER: ("个体工商户", "个体户"),
    PartyType.ORGANISATION: ("法人", "组织", "单位", "企业", "公司"),
}
# Words by which a criterion is told; each stands in the legal term of one criterion only.
_CRITERIA = {
    "public_interest": ("公共利益",),
    "social_impact": ("社会影响", "社会风险"),
    "major_rights": ("重大权益", "重大利益"),
    "hearing": ("听证",),
    "complex": ("疑难", "复杂", "多个法律关系"),
    BY_LAW: ("法律、法规", "法律法规", "法律规定", "另有规定"),
}
_TRUE = ("true", "yes", "是", "有", "1", "已听证", "已举行", "经过听证")
_FALSE = ("false", "no", "否", "无", "0", "", "未听证", "未举行", "未经听证")
_FIELDS = (
    *("kind", "procedure", "decider", "party_type", "amount_yuan", "penalty_kinds", "hearing"),
    *("criteria", "catalogue_item"),
)
_LABELS = ("id", "name", "note")  # whoever keeps cases in files may name them


class ScopeFault(Code):
    """What in a case cannot be read."""

    NOT_A_CASE = "scope.not_a_case"
    UNKNOWN_FIELD = "scope.unknown_field"
    MISSING = "scope.missing"
    UNKNOWN_VALUE = "scope.unknown_value"
    AMOUNT = "scope.amount"


def read_case(data: Any, profile: Profile) -> ScopeCase:
    """The case to decide on. Raises DomainError(ScopeFault …) naming the field."""
    if not isinstance(data, Mapping):
        raise DomainError(ScopeFault.NOT_A_CASE)
    for field in data:
        if field not in _FIELDS and field not in _LABELS:
            raise DomainError(ScopeFault.UNKNOWN_FIELD, field=field, allowed="、".join(_FIELDS))
    kind = data.get("kind")
    if not isinstance(kind, str) or not kind.strip():
        raise DomainError(ScopeFault.MISSING, field="kind")
    procedure = _text(data, "procedure")
    decider = _text(data, "decider")
    party = _text(data, "party_type")
    return ScopeCase(
        kind=_parsed("kind", kind, parse_kind),
        procedure=_parsed("procedure", procedure, parse_procedure) if procedure else None,
        decider=_decider(decider) if decider else "department",
        party_type=_party(party) if party else None,
        amount_fen=_fen(data.get("amount_yuan")),
        penalty_kinds=tuple(_penalty(one) for one in _list(data, "penalty_kinds")),
        hearing=_truth("hearing", data.get("hearing")),
        criteria=tuple(_criterion(one, profile) for one in _list(data, "criteria")),
        catalogue_item=_item(data.get("catalogue_item")),
    )


def _refuse(field: str, value: Any, allowed: str) -> DomainError:
    return DomainError(ScopeFault.UNKNOWN_VALUE, field=field, value=value, allowed=allowed)


def _text(data: Mapping[str, Any], field: str) -> str:
    found = data.get(field)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise _refuse(field, found, "文字")
    return found.strip()


def _list(data: Mapping[str, Any], field: str) -> tuple[str, ...]:
    found = data.get(field)
    if found is None:
        return ()
    if isinstance(found, str):
        found = [found] if found.strip() else []
    if not isinstance(found, list) or not all(
        isinstance(one, str) and one.strip() for one in found
    ):
        raise _refuse(field, found, "文字的列表")
    return tuple(one.strip() for one in found)


def _parsed(field: str, text: str, parse: Any) -> Any:
    try:
        return parse(text)
    except DomainError as error:
        raise _refuse(field, text, str(error.facts.get("allowed", ""))) from error


def _decider(text: str) -> str:
    folded = text.lower()
    for code, names in _DECIDERS.items():
        if folded in names:
            return code
    if "授权" in text:
        return "authorised"
    if text.endswith(_AGENCY_ENDS):
        return "department"
    if text.endswith("政府"):
        return "government"
    raise _refuse("decider", text, "、".join(_DECIDERS))


def _party(text: str) -> PartyType:
    folded = text.lower()
    for code, names in _PARTIES.items():
        if folded in names:
            return code
    told = [code for code, words in _PARTY_WORDS.items() if any(word in text for word in words)]
    if len(told) == 1:
        return told[0]
    raise _refuse("party_type", text, "、".join(_PARTIES))


def _truth(field: str, found: Any) -> bool:
    if found is None or isinstance(found, bool):
        return bool(found)
    folded = str(found).strip().lower()
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    raise _refuse(field, found, "true、false")


def _fen(found: Any) -> int | None:
    if found is None or found == "":
        return None
    if isinstance(found, bool) or not isinstance(found, (int, float, str, Decimal)):
        raise DomainError(ScopeFault.AMOUNT, field="amount_yuan", value=found)
    try:
        fen = _fen_of(found)
    except (ValueError, ArithmeticError) as error:
        raise DomainError(ScopeFault.AMOUNT, field="amount_yuan", value=found) from error
    if not fen.is_finite() or not 0 <= fen <= LARGEST_FEN or fen != fen.to_integral_value():
        raise DomainError(ScopeFault.AMOUNT, field="amount_yuan", value=found)
    return int(fen)


def _fen_of(found: float | str | Decimal) -> Decimal:
    """A number of yuan, or an amount as papers write it: 5,000元、¥5000、1.5万元、伍仟元整.

    Raises ValueError or InvalidOperation.
    """
    text = "".join(unicodedata.normalize("NFKC", str(found)).split()).replace(",", "")
    text = text.removeprefix("人民币").removeprefix("¥").removesuffix("整")
    number = text.removesuffix("元")
    times = 10_000 if number.endswith("万") else 1
    try:
        return Decimal(number.removesuffix("万")) * times * 100
    except InvalidOperation:
        return Decimal(parse_amount(text))


def _penalty(text: str) -> str:
    name = penalty_name(text)
    if name == text and text.isascii():
        raise _refuse("penalty_kinds", text, "行政处罚法第九条所列种类的中文名称")
    return name


def _criterion(text: str, profile: Profile) -> str:
    known = {one.id: one.name for one in profile.criteria()}
    known |= {row["id"]: row["name"] for row in profile.rows("scope.extra")}
    known |= {BY_LAW: profile.rule("scope.by_law").title}
    folded = text.lower().replace("-", "_")
    if folded in known:
        return folded
    for code, name in known.items():
        if text == name:
            return code
    fitting = [code for code, words in _CRITERIA.items() if any(word in text for word in words)]
    if len(fitting) == 1 and (fitting[0] in known):
        return fitting[0]
    raise _refuse("criteria", text, "、".join(f"{code}（{name}）" for code, name in known.items()))


def _item(found: Any) -> str:
    if found is None or found is False:
        return ""
    if isinstance(found, (str, int)) and not isinstance(found, bool):
        return str(found).strip()
    raise _refuse("catalogue_item", found, "目录清单的事项编号或者名称")
