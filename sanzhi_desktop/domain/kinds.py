"""Kinds of administrative enforcement (执法类别) and the procedures of a penalty, as codes.

Lives here: the codes, their Chinese names and the reading of what people and documents write.
Must not: which kind needs review or which checklist items it meets; that is data.
"""

import unicodedata
from enum import StrEnum

from sanzhi_desktop.domain.errors import Code, DomainError


class KindFault(Code):
    """A kind or a procedure that cannot be recognised."""

    UNKNOWN_KIND = "kind.unknown"
    UNKNOWN_PROCEDURE = "kind.procedure_unknown"


class Kind(StrEnum):
    """Kind of enforcement act (执法类别)."""

    PENALTY = "penalty"  # 行政处罚
    PERMIT = "permit"  # 行政许可
    COERCION = "coercion"  # 行政强制
    INSPECTION = "inspection"  # 行政检查
    EXPROPRIATION = "expropriation"  # 行政征收征用
    FEE = "fee"  # 行政收费
    OTHER = "other"  # 其他，例如责令改正

    @property
    def chinese(self) -> str:
        """The legal term, as it is printed."""
        return _KIND_NAMES[self]


class Procedure(StrEnum):
    """Procedure under which a penalty is imposed (行政处罚法 ch. 5)."""

    SUMMARY = "summary"  # 简易程序
    ORDINARY = "ordinary"  # 普通程序（原称一般程序）
    HEARING = "hearing"  # 听证程序

    @property
    def chinese(self) -> str:
        """The legal term, as it is printed."""
        return _PROCEDURE_NAMES[self]


_KIND_NAMES = {
    Kind.PENALTY: "行政处罚",
    Kind.PERMIT: "行政许可",
    Kind.COERCION: "行政强制",
    Kind.INSPECTION: "行政检查",
    Kind.EXPROPRIATION: "行政征收征用",
    Kind.FEE: "行政收费",
    Kind.OTHER: "其他",
}

_PROCEDURE_NAMES = {
    Procedure.SUMMARY: "简易程序",
    Procedure.ORDINARY: "普通程序",
    Procedure.HEARING: "听证程序",
}

# Other words in use. 不予行政处罚 is a decision in a penalty case; an order to correct (责令改正)
# and other acts have no head of their own among the kinds of the review rules.
_KIND_WORDS = {
    "处罚": Kind.PENALTY,
    "不予行政处罚": Kind.PENALTY,
    "不予处罚": Kind.PENALTY,
    "许可": Kind.PERMIT,
    "强制": Kind.COERCION,
    "行政强制措施": Kind.COERCION,
    "行政强制执行": Kind.COERCION,
    "催告": Kind.COERCION,
    "检查": Kind.INSPECTION,
    "征收": Kind.EXPROPRIATION,
    "征用": Kind.EXPROPRIATION,
    "征收征用": Kind.EXPROPRIATION,
    "行政征收": Kind.EXPROPRIATION,
    "行政征用": Kind.EXPROPRIATION,
    "收费": Kind.FEE,
    "责令改正": Kind.OTHER,
    "行政命令": Kind.OTHER,
    "行政处理": Kind.OTHER,
    "行政裁决": Kind.OTHER,
    "裁决": Kind.OTHER,
    "行政确认": Kind.OTHER,
    "确认": Kind.OTHER,
    "行政给付": Kind.OTHER,
    "给付": Kind.OTHER,
    "行政奖励": Kind.OTHER,
    "奖励": Kind.OTHER,
    "其他行政执法行为": Kind.OTHER,
}

_PROCEDURE_WORDS = {
    "简易": Procedure.SUMMARY,
    "当场处罚": Procedure.SUMMARY,
    "普通": Procedure.ORDINARY,
    "一般": Procedure.ORDINARY,
    "一般程序": Procedure.ORDINARY,
    "听证": Procedure.HEARING,
}


def _plain(text: str) -> str:
    """Width-folded, without spaces, lower case, the bracketed detail (催告) cut off."""
    folded = "".join(unicodedata.normalize("NFKC", text).split()).lower()
    return folded.partition("(")[0]


def parse_kind(text: str) -> Kind:
    """Reads a code, a Chinese name or the wording of a document, e.g. 行政强制（催告）.

    Raises DomainError(KindFault.UNKNOWN_KIND) for anything else; never guesses.
    """
    word = _plain(text)
    for kind, name in _KIND_NAMES.items():
        if word in (kind.value, name):
            return kind
    if word in _KIND_WORDS:
        return _KIND_WORDS[word]
    raise DomainError(KindFault.UNKNOWN_KIND, value=text, allowed="、".join(_KIND_NAMES.values()))


def parse_procedure(text: str) -> Procedure:
    """Reads a code or a Chinese name, with or without 程序; 一般程序 is the old name of 普通程序.

    Raises DomainError(KindFault.UNKNOWN_PROCEDURE) for anything else.
    """
    word = _plain(text)
    for procedure, name in _PROCEDURE_NAMES.items():
        if word in (procedure.value, name):
            return procedure
    if word in _PROCEDURE_WORDS:
        return _PROCEDURE_WORDS[word]
    raise DomainError(
        KindFault.UNKNOWN_PROCEDURE, value=text, allowed="、".join(_PROCEDURE_NAMES.values())
    )
