"""The review checklist: items, what still blocks an opinion, what an answer leads to.

The items are data (`resources/checklists/`); what the program can answer by itself is computed in
`domain.checks`. Must not: any item's wording, any place's name, the printed form.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sanzhi_desktop.domain.case import AnswerRow
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Answer, Dimension, Outcome, Problem, Weight


class ChecklistFault(Code):
    """Why answers or an override cannot be taken."""

    UNKNOWN_ITEM = "checklist.unknown_item"
    NOT_APPLICABLE_HERE = "checklist.not_applicable_here"
    ANSWERED_TWICE = "checklist.answered_twice"
    OVERRIDE_REASON = "checklist.override_reason"
    OVERRIDE_SIGNER = "checklist.override_signer"


_WEIGHT_ORDER = (Weight.VETO, Weight.SERIOUS, Weight.FORMAL)
_ORDER = {dimension: n for n, dimension in enumerate(Dimension)}

# What a failed item of a dimension leads to, the first choice first; an item may say otherwise.
_OUTCOMES: Mapping[Dimension, tuple[Outcome, ...]] = {
    Dimension.SUBJECT: (Outcome.NOT_PASS, Outcome.TRANSFER_ADMIN),
    Dimension.POWERS: (Outcome.TRANSFER_ADMIN, Outcome.NOT_PASS),
    Dimension.PROCEDURE: (Outcome.CORRECT,),
    Dimension.EVIDENCE: (Outcome.SUPPLEMENT,),
    Dimension.LAW: (Outcome.CHANGE, Outcome.CORRECT),
    Dimension.DISCRETION: (Outcome.CHANGE, Outcome.CORRECT),
    Dimension.DOCUMENTS: (Outcome.CORRECT,),
    Dimension.TRANSFER: (Outcome.TRANSFER_CRIME,),
}

# Which conclusion speaks for the whole opinion when the items lead to several.
_PRECEDENCE = (
    Outcome.TRANSFER_CRIME,
    Outcome.TRANSFER_ADMIN,
    Outcome.NO_PENALTY,
    Outcome.DROP,
    Outcome.NOT_PASS,
    Outcome.SUPPLEMENT,
    Outcome.CHANGE,
    Outcome.CORRECT,
)

# Where an office's profile has no such conclusion: 存在问题 covers what is to be put right.
_INSTEAD = (Outcome.PROBLEM, Outcome.CORRECT, Outcome.NOT_PASS, Outcome.OTHER)


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """A document that items are based on. `name` is printed, `title` is the whole title.
    `layer`: cited only where this layer is in force (empty: everywhere). `kinds`: the kinds of
    enforcement that it governs (empty: all)."""

    id: str
    name: str
    title: str
    layer: str = ""
    kinds: frozenset[Kind] = frozenset()


@dataclass(frozen=True, slots=True)
class Citation:
    """One basis of an item: a document with its articles as they are printed."""

    document: CitedDocument
    articles: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """E.g. 《行政处罚法》第四十四条、第六十二条."""
        return self.document.name + "、".join(self.articles)


@dataclass(frozen=True, slots=True)
class Item:
    """One check. 符合 is always the good answer. `layers`: needed for the item to apply, any of
    them (empty: always on). `computed`: name of the check in `domain.checks`. `common_veto`: the
    case-file standard of the ecology authorities vetoes a file for it too. `reasoned`: no answer
    counts without its reason in writing, neither 符合 nor 不适用 (涉嫌犯罪)."""

    id: str
    dimension: Dimension
    text: str
    kinds: frozenset[Kind]
    weight: Weight
    basis: tuple[Citation, ...]
    finding: str
    suggestion: str
    layers: frozenset[str] = frozenset()
    computed: str = ""
    outcomes: tuple[Outcome, ...] = ()
    common_veto: bool = False
    reasoned: bool = False
    added: str = ""  # 本单位增加, 本地办法增加: who put it beside the shipped items

    def applies(self, kind: Kind, layers: Collection[str]) -> bool:
        """Whether the item is asked for this kind under these layers."""
        return kind in self.kinds and (not self.layers or not self.layers.isdisjoint(layers))

    def basis_text(self, kind: Kind, layers: Collection[str]) -> str:
        """The printed basis: what governs this kind under these layers.

        Where only the law of another kind speaks to the point it is cited by analogy (参照).
        """
        here = [c for c in self.basis if not c.document.layer or c.document.layer in layers]
        own = [c for c in here if not c.document.kinds or kind in c.document.kinds]
        words = "；".join(c.text for c in own or here or self.basis)
        return words if own else f"参照{words}"

    def leads_to(self) -> tuple[Outcome, ...]:
        """The conclusions that fit when the item fails, the first choice first."""
        return self.outcomes or _OUTCOMES[self.dimension]


@dataclass(frozen=True, slots=True)
class Checklist:
    """All items of one edition, by dimension and id."""

    edition: str
    items: tuple[Item, ...]
    _by_id: dict[str, Item] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_id.update((item.id, item) for item in self.items)

    def item(self, item_id: str) -> Item:
        """One item. Raises DomainError(ChecklistFault.UNKNOWN_ITEM)."""
        found = self._by_id.get(item_id)
        if found is None:
            raise DomainError(ChecklistFault.UNKNOWN_ITEM, item=item_id)
        return found

    def applicable(self, kind: Kind, layers: Collection[str]) -> tuple[Item, ...]:
        """The items of a case: by kind, and by the layers of its profile (own id included)."""
        return applicable(self.items, kind, layers)


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A failed item that cannot be printed yet, and what it lacks."""

    item_id: str
    finding: bool
    evidence: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the checklist is, and what still blocks the opinion (ids in review order)."""

    total: int
    answered: int
    unanswered_vetoes: tuple[str, ...]
    unanswered: tuple[str, ...]
    incomplete: tuple[Incomplete, ...]

    @property
    def complete(self) -> bool:
        """Nothing blocks the opinion any more."""
        return not (self.unanswered_vetoes or self.unanswered or self.incomplete)


@dataclass(frozen=True, slots=True)
class Override:
    """同意 in spite of failed vetoes: a written reason and a second person's signature."""

    reason: str
    reviewer: str
    second_signer: str


def applicable(items: Iterable[Item], kind: Kind, layers: Collection[str]) -> tuple[Item, ...]:
    """The items of a case, in printed order: dimension by dimension."""
    found = [item for item in items if item.applies(kind, layers)]
    return tuple(sorted(found, key=lambda item: (_ORDER[item.dimension], item.id)))


def review_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Vetoes first, then the serious items, then the formal ones; each by dimension."""
    return tuple(
        sorted(
            items,
            key=lambda item: (_WEIGHT_ORDER.index(item.weight), _ORDER[item.dimension], item.id),
        )
    )


def by_id(items: Sequence[Item], answers: Iterable[AnswerRow]) -> dict[str, AnswerRow]:
    """The answers by item. Raises DomainError for a foreign item or a second answer."""
    known = {item.id for item in items}
    found: dict[str, AnswerRow] = {}
    for row in answers:
        if row.item_id not in known:
            raise DomainError(ChecklistFault.NOT_APPLICABLE_HERE, item=row.item_id)
        if row.item_id in found:
            raise DomainError(ChecklistFault.ANSWERED_TWICE, item=row.item_id)
        found[row.item_id] = row
    return found


def progress(items: Sequence[Item], answers: Iterable[AnswerRow]) -> Progress:
    """What is answered and what still blocks: open items, failures without finding or
    evidence reference, and a reasoned item without its reason (a default finding of the item does
    not count until it is taken over)."""
    found = by_id(items, answers)
    open_items = [item for item in review_order(items) if item.id not in found]
    ordered = [(item, found[item.id]) for item in review_order(items) if item.id in found]
    return Progress(
        total=len(items),
        answered=len(found),
        unanswered_vetoes=tuple(i.id for i in open_items if i.weight is Weight.VETO),
        unanswered=tuple(i.id for i in open_items if i.weight is not Weight.VETO),
        incomplete=tuple(
            Incomplete(item.id, finding=not row.note.strip(), evidence=lacks)
            for item, row in ordered
            if (lacks := _fails(row) and not row.evidence.strip())
            or ((_fails(row) or item.reasoned) and not row.note.strip())
        ),
    )


def _fails(row: AnswerRow | None) -> bool:
    return row is not None and row.answer is Answer.FAILS


def ruled_out(
    outcome: Outcome,
    items: Sequence[Item],
    answers: Iterable[AnswerRow],
    *,
    override: Override | None = None,
) -> tuple[str, ...]:
    """The failed vetoes that rule the outcome out; empty: the outcome is permitted.

    Only an outcome that passes (同意) is ruled out. An override lifts it; raises DomainError when
    the override has no written reason or no second signer other than the reviewer.
    """
    if not outcome.passes:
        return ()
    found = by_id(items, answers)
    vetoes = tuple(
        item.id for item in items if item.weight is Weight.VETO and _fails(found.get(item.id))
    )
    if not vetoes or override is None:
        return vetoes
    if not override.reason.strip():
        raise DomainError(ChecklistFault.OVERRIDE_REASON, items="、".join(vetoes))
    second = override.second_signer.strip()
    if not second or second == override.reviewer.strip():
        raise DomainError(ChecklistFault.OVERRIDE_SIGNER, items="、".join(vetoes))
    return ()


def permits(
    outcome: Outcome,
    items: Sequence[Item],
    answers: Iterable[AnswerRow],
    *,
    override: Override | None = None,
) -> bool:
    """Whether the answers leave this outcome open (see `ruled_out`)."""
    return not ruled_out(outcome, items, answers, override=override)


def problems(
    items: Sequence[Item],
    answers: Iterable[AnswerRow],
    *,
    start: int,
    kind: Kind,
    layers: Collection[str],
) -> tuple[Problem, ...]:
    """Every failed item as a numbered problem, in printed order, numbers running on from `start`.

    The reviewer's note is the finding; where it is empty the item's default stands in.
    """
    found = by_id(items, answers)
    failing = [i for i in applicable(items, kind, layers) if _fails(found.get(i.id))]
    return tuple(
        Problem(
            number=start + n,
            item_id=item.id,
            dimension=item.dimension,
            finding=found[item.id].note.strip() or item.finding,
            basis=item.basis_text(kind, layers),
            evidence=found[item.id].evidence.strip(),
            suggestion=item.suggestion,
        )
        for n, item in enumerate(failing)
    )


def suggested(
    items: Sequence[Item], answers: Iterable[AnswerRow], allowed: Collection[Outcome]
) -> Outcome:
    """The conclusion that fits the answers, out of those that the profile allows.

    Without a failure that is 同意. Several failures: transfer speaks before 不予处罚, that before
    the rest. What the profile does not have falls to its 存在问题 or 纠正.
    """
    found = by_id(items, answers)
    failing = [item for item in items if _fails(found.get(item.id))]
    if not failing:
        return Outcome.AGREE
    first = {next((o for o in i.leads_to() if o in allowed), i.leads_to()[0]) for i in failing}
    for outcome in _PRECEDENCE:
        if outcome in first and outcome in allowed:
            return outcome
    return next((o for o in _INSTEAD if o in allowed), Outcome.NOT_PASS)
