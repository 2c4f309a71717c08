"""Reads the case that a script or a person asks about: codes or Chinese, strict with the unknown.

Lives here: words for codes and the refusal that names the field. Must not: the decision itself
(`domain.scope`).
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sanzhi_desktop.domain.case import PartyType
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.kinds import parse_kind, parse_procedure
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.scope import BY_LAW, ScopeCase, penalty_name

LARGEST_FEN = 10**16

_DECIDERS = {
    "government": (
        "government",
        "人民政府",
        "政府",
        "本级人民政府",
        "区人民政府",
        "县人民政府",
        "市人民政府",
    ),
    "department": (
        "department",
        "部门",
        "行政执法部门",
        "工作部门",
        "本机关",
        "街道",
        "街道办事处",
        "乡镇",
    ),
    "authorised": (
        *("authorised", "authorized", "authorised org", "authorised organisation"),
        *(
            "authorized organization",
            "authorised_org",
            "法律法规授权的组织",
            "法律、法规授权的组织",
        ),
        *("授权组织", "授权的组织"),
    ),
}
_PARTIES = {
    PartyType.PERSON: ("person", "citizen", "individual", "公民", "自然人", "个人"),
    PartyType.SOLE_TRADER: ("sole_trader", "sole trader", "个体工商户", "个体户"),
    PartyType.ORGANISATION: (
        *("organisation", "organization", "legal_person", "company", "法人", "单位", "企业"),
        *("其他组织", "非法人组织", "法人或者其他组织", "法人、非法人组织", "组织", "公司"),
    ),
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
_TRUE = ("true", "yes", "是", "有", "1")
_FALSE = ("false", "no", "否", "无", "0", "")
_FIELDS = (
    *("kind", "procedure", "decider", "party_type", "amount_yuan", "penalty_kinds", "hearing"),
    *("criteria", "catalogue_item"),
)


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
        if field not in _FIELDS:
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
        decider=_word("decider", decider, _DECIDERS) if decider else "department",
        party_type=PartyType(_word("party_type", party, _PARTIES)) if party else None,
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


def _word(field: str, text: str, words: Mapping[Any, tuple[str, ...]]) -> str:
    folded = text.lower()
    for code, names in words.items():
        if folded in names:
            return str(code)
    raise _refuse(field, text, "、".join(str(code) for code in words))


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
        fen = Decimal(str(found).replace(",", "").replace("，", "")) * 100
    except InvalidOperation as error:
        raise DomainError(ScopeFault.AMOUNT, field="amount_yuan", value=found) from error
    if not fen.is_finite() or not 0 <= fen <= LARGEST_FEN or fen != fen.to_integral_value():
        raise DomainError(ScopeFault.AMOUNT, field="amount_yuan", value=found)
    return int(fen)


def _penalty(text: str) -> str:
    name = penalty_name(text)
    if name == text and text.isascii():
        raise _refuse("penalty_kinds", text, "行政处罚法第九条所列种类的中文名称")
    return name


def _criterion(text: str, profile: Profile) -> str:
    known = {one.id: one.name for one in profile.criteria()}
    known |= {row["id"]: row["name"] for row in profile.rows("scope.extra")}
    known |= {BY_LAW: profile.rule("scope.by_law").title}
    folded = text.lower()
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
