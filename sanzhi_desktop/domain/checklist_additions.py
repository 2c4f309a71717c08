"""审核表增加的项目: what a jurisdiction or an office adds to the checklist, as data of its profile.

Lives here: rows of the rule to items. Must not: the shipped items, which no profile takes away.
"""

from collections.abc import Mapping
from typing import Any

from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.checklist import Citation, CitedDocument, Item
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.opinion import Dimension, Weight
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import Rule, Source

KEY = "checklist.items"
_OWN, _LOCAL = "本单位增加", "本地办法增加"


def additions(profile: Profile, submission: Submission) -> tuple[Item, ...]:
    """The items added for this case, by the edition of the rules it is reviewed under.

    What a layer below added stays when the one above adds its own. Their numbers (增01 …) follow
    the order of the edition, so that the answers of a case keep their items.
    """
    heard = submission.procedure is Procedure.HEARING or submission.hearing_date is not None
    found = []
    for number, (rule, row) in enumerate(_rows(profile), start=1):
        if row.get("shown") != "hearing" or heard:
            source = rule.row_source(row)
            document = profile.documents.get(source.document)
            own = document is not None and document.rank == "office"
            found.append(_item(f"增{number:02d}", row, source, _OWN if own else _LOCAL))
    return tuple(found)


def _rows(profile: Profile) -> list[tuple[Rule, Mapping[str, Any]]]:
    """All rows, the lowest layer first; a row that a layer repeats counts as its own."""
    if KEY not in profile.rules:
        return []  # a case taken in before there was such a rule
    rule = profile.rule(KEY).in_force()
    last = {
        row["id"]: (standing, row)
        for standing in (*rule.overridden, rule)
        for row in standing.value or ()
    }
    return list(last.values())


def _item(number: str, row: Mapping[str, Any], source: Source, added: str) -> Item:
    basis = str(row.get("basis", "")) or source.cited()
    kinds = row.get("kinds")
    text = str(row["text"]).strip().rstrip("。")
    return Item(
        id=number,
        dimension=Dimension(row["dimension"]),
        text=text,
        kinds=frozenset(map(Kind, kinds)) if kinds else frozenset(Kind),
        weight=Weight(row["weight"]),
        basis=(Citation(CitedDocument(basis, basis, basis)),),
        finding=str(row.get("finding", "")) or f"没有做到：{text}。",
        suggestion=str(row.get("suggestion", "")) or "按该项要求改正、补充后再送审。",
        added=added,
    )
