"""Two people's opinions on one draft: its parts as texts, and taking a part from another draft.

Lives here: the parts and moving one. Must not: deciding which side counts; a person does.
"""

from dataclasses import replace

from sanzhi_desktop.application.drafting import Draft
from sanzhi_desktop.domain.opinion import Dimension

PLAIN = ("outcome", "opening", "reasons", "closing", "transfer_to", "override_reason",
         "same_person_reason")  # fmt: skip
DIMENSION = "dimension."
PROBLEM = "problem."


def parts(draft: Draft) -> dict[str, str]:
    """Every part that can be typed by hand, under the names of `Draft.edited`."""
    found = {key: str(getattr(draft, key)) for key in PLAIN}
    found |= {f"{DIMENSION}{d.value}": text for d, text in draft.dimensions.items()}
    for problem in draft.problems:
        # Its evidence is a part of the item's answer, not of the opinion.
        lines = (problem.finding, problem.basis, problem.suggestion)
        found[f"{PROBLEM}{problem.item_id}"] = "\n".join(line for line in lines if line)
    return found


def with_part(draft: Draft, key: str, source: Draft) -> Draft:
    """The draft with one part, and whether it was typed by hand, as another draft has it."""
    edited = draft.edited - {key} | ({key} & source.edited)
    if key.startswith(DIMENSION):
        dimension = Dimension(key.removeprefix(DIMENSION))
        text = source.dimensions.get(dimension, "")
        return replace(draft, dimensions={**draft.dimensions, dimension: text}, edited=edited)
    if key.startswith(PROBLEM):
        item_id = key.removeprefix(PROBLEM)
        theirs = {p.item_id: p for p in source.problems}
        problems = tuple(
            replace(theirs[p.item_id], number=p.number)
            if p.item_id == item_id and p.item_id in theirs
            else p
            for p in draft.problems
        )
        return replace(draft, problems=problems, edited=edited)
    return replace(draft, **{key: getattr(source, key)}, edited=edited)
