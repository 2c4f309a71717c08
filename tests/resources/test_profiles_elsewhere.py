"""Methods of other places and agencies, written down as their texts say, come out as they mean."""

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.domain.case import PartyType
from sanzhi_desktop.domain.gate import gate
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.scope import ScopeCase, decide_scope
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.profiles.compare import value_in_words

SOURCE = 'document = "办法"\narticle = "第{n}条"\nquote = "原文"\n'


def written(rank: str, *rules: str) -> Profile:
    """A profile over national; each rule is its key and its fields, the source is added."""
    head = (
        'id = "elsewhere"\nname = "他处"\nedition = "1"\nextends = "national"\n'
        f'[documents."办法"]\ntitle = "办法"\nrank = "{rank}"\n'
    )
    body = ""
    for number, rule in enumerate(rules, 1):
        key, _, fields = rule.partition(" ")
        lines = fields.replace("; ", "\n")
        body += f'[rules."{key}"]\n{lines}\n' + SOURCE.format(n=number)
    return profiles.with_office("national", head + body)


def test_five_days_and_fifteen_calendar_days_of_a_ministry() -> None:
    """农业行政处罚程序规定: 5日 = working days by its own article, extended by 15 calendar days."""
    profile = written(
        "rule",
        'review.limit value = 5; unit = "working_day"; counting = { document = "办法",'
        ' article = "第八十九条", quote = "是指工作日" }',
        'review.extension value = 15; unit = "calendar_day"; approver = "农业行政处罚机关负责人"',
        'outcomes value = [{ code = "AGREE", name = "拟同意" }, { code = "CORRECT", name = "建议纠正" },'
        ' { code = "SUPPLEMENT", name = "建议补充调查" }, { code = "DROP", name = "建议撤销案件" },'
        ' { code = "NO_PENALTY", name = "建议不予行政处罚" }, { code = "OTHER", name = "其他意见建议" }]',
    )
    limit, extension = profile.review_limit(), profile.duration("review.extension")
    assert limit is not None
    assert extension is not None
    assert (limit.value, limit.unit) == (5, "working_day")
    assert limit.counting is not None
    assert (extension.value, extension.unit, extension.approver) == (
        15,
        "calendar_day",
        "农业行政处罚机关负责人",
    )
    assert [one.code for one in profile.outcomes()][-2:] == [Outcome.NO_PENALTY, Outcome.OTHER]


def test_ten_and_three_from_acceptance_with_a_review_of_the_review() -> None:
    profile = written(
        "office",
        'review.limit value = 10; unit = "working_day"',
        'review.start value = "acceptance"',
        'review.extension value = 3; unit = "working_day"; approver = "分管领导"; before_end = true',
        'correction.limit value = 3; unit = "working_day"',
        'objection.limit value = 3; unit = "working_day"',
        'objection.reply_limit value = 2; unit = "working_day"',
    )
    assert profile.review_start() == "acceptance"
    assert {name: profile.value(f"{name}.limit") for name in ("review", "correction")} == {
        "review": 10,
        "correction": 3,
    }
    assert (profile.value("objection.limit"), profile.value("objection.reply_limit")) == (3, 2)
    assert profile.value("review.extension") == 3
    assert profile.rule("review.extension").attributes["before_end"] is True


def test_a_province_that_sends_the_dispute_to_a_meeting() -> None:
    """“无法达成一致的，提请厅集体会议讨论决定”: clears other kinds, never a penalty."""
    profile = written(
        "normative",
        'review.limit value = 7; unit = "working_day"',
        "gate.dispute_clears value = true",
        'meeting.name value = "厅集体会议"',
    )
    for kind in Kind:
        answer = gate(profile, kind, reviewed=True, passed=False, dispute_decided=True)
        assert answer.open is (kind is not Kind.PENALTY)
    answer = gate(profile, Kind.PERMIT, reviewed=True, passed=False, dispute_decided=True)
    assert answer.why[0].facts["meeting"] == "厅集体会议"


@pytest.mark.parametrize(
    ("party", "yuan", "needed"),
    [
        (PartyType.PERSON, 19_999, False),
        (PartyType.PERSON, 20_000, True),
        (PartyType.ORGANISATION, 49_999, False),
        (PartyType.ORGANISATION, 50_000, True),
    ],
)
def test_two_and_five_ten_thousand_of_a_district_catalogue(
    party: PartyType, yuan: int, needed: bool
) -> None:
    profile = written(
        "normative",
        'scope.thresholds value = [{ id = "a", kind = "处罚", penalty = "罚款",'
        ' party = "person", yuan = 20000, inclusive = true },'
        ' { id = "b", kind = "处罚", penalty = "罚款",'
        ' party = "organisation", yuan = 50000, inclusive = true }]',
    )
    case = ScopeCase(Kind.PENALTY, Procedure.ORDINARY, party_type=party, amount_fen=yuan * 100)
    answer = decide_scope(profile, case)
    assert answer.needs_review is needed
    if needed:
        assert "含本数" in answer.because[0].name


def test_only_the_kinds_a_place_takes_in_are_measured_by_its_own_criteria() -> None:
    profile = written("normative", 'scope.kinds value = ["行政处罚", "行政强制"]')
    permit = ScopeCase(Kind.PERMIT, criteria=("complex",))
    assert not decide_scope(profile, permit).needs_review
    assert decide_scope(profile, ScopeCase(Kind.COERCION, criteria=("complex",))).needs_review


def test_a_place_that_leaves_penalties_out_is_still_under_the_statute() -> None:
    profile = written("normative", 'scope.kinds value = ["行政许可"]')
    answer = decide_scope(profile, ScopeCase(Kind.PENALTY, criteria=("complex",)))
    assert [one.source.document for one in answer.because] == ["行政处罚法"]


def test_the_two_sector_examples() -> None:
    folder = resources.path("profiles", "examples")
    medicare = profiles.load(str(folder / "medicare.toml"))
    assert (medicare.value("review.limit"), medicare.value("review.extension")) == (10, 10)
    assert [one.code for one in medicare.outcomes()] == [
        *(Outcome.AGREE, Outcome.SUPPLEMENT, Outcome.CHANGE, Outcome.CORRECT, Outcome.OTHER),
    ]
    market = profiles.load(str(folder / "market.toml"))
    extension = market.duration("review.extension")
    assert extension is not None
    assert (extension.value, extension.unit) == (None, "unspecified")
    decision = market.duration("clock.penalty.decision")
    assert decision is not None
    assert decision.rolls
    assert decision.extension is not None
    assert decision.extension.value == 30


def test_what_one_article_says_in_one_paragraph_may_stand_in_one() -> None:
    """Start, extension and pauses written with the limit are read like keys of their own."""
    inline = written(
        "normative",
        'review.limit value = 10; unit = "工作日"; start = "受理之日"; excludes = ["expert"];'
        ' extension = { value = 3, unit = "工作日", approver = "分管领导" }',
    )
    assert inline.value("review.limit") == 10
    assert inline.review_start() == "acceptance"
    extension = inline.duration("review.extension")
    assert extension is not None
    assert (extension.value, extension.unit, extension.approver) == (3, "working_day", "分管领导")
    assert extension.source == inline.rule("review.limit").source
    assert [row["id"] for row in inline.rows("review.suspend")] == ["expert"]
    # An office that shortens the limit afterwards leaves the rest standing.
    limit = inline.duration("review.limit")
    assert limit is not None
    assert limit.extension is None


def test_ninety_days_and_thirty_and_sixty() -> None:
    """医疗保障行政处罚程序暂行规定 45: 90 days, 30 by the head, 60 by collective discussion."""
    profile = written(
        "rule",
        'clock.penalty.decision value = 90; unit = "日"; start = "立案"; extension = { value = 30,'
        ' unit = "日", approver = "负责人", then = { value = 60, unit = "calendar_day",'
        ' approver = "负责人集体讨论" } }',
    )
    first = profile.duration("clock.penalty.decision")
    assert first is not None
    assert (first.value, first.unit, first.start) == (90, "calendar_day", "filing")
    second = first.extension
    assert second is not None
    third = second.extension
    assert third is not None
    assert [(d.value, d.approver) for d in (second, third)] == [
        (30, "负责人"),
        (60, "负责人集体讨论"),
    ]
    assert third.extension is None
    words = value_in_words(profile.rule("clock.penalty.decision"))
    assert words == "90日，经负责人批准可以延长30日，经负责人集体讨论批准可以延长60日"


def test_an_extension_without_number_has_words() -> None:
    profile = written(
        "rule",
        'clock.penalty.decision value = 90; unit = "日"; extension = { unit = "unspecified",'
        ' approver = "负责人" }',
    )
    words = value_in_words(profile.rule("clock.penalty.decision"))
    assert words == "90日，经负责人批准可以延长（未定期限）"


def test_thresholds_read_with_party_amount_and_superior() -> None:
    profile = written(
        "normative",
        'scope.thresholds value = [{ id = "a", kind = "处罚", penalty = "罚款", party = "person",'
        ' yuan = 5000, inclusive = true }, { id = "b", kind = "处罚", penalty = "罚款", yuan = 500000,'
        ' inclusive = false, reviewers = ["市局"] }, { id = "c", kind = "处罚", penalty = "罚款",'
        ' yuan = 900000, inclusive = true, reviewers = ["省厅"], instead = true }]',
    )
    assert value_in_words(profile.rule("scope.thresholds")) == (
        "对公民罚款5000元以上（含本数）；罚款超过500000元（不含本数），并报市局审核；"
        "罚款900000元以上（含本数），由省厅审核"
    )


def test_codes_may_be_written_in_chinese() -> None:
    def said(*rules: str) -> list[object]:
        found = written("normative", *rules)
        return [found.rules[rule.partition(" ")[0]].value for rule in rules] + [
            found.rules[rule.partition(" ")[0]].unit for rule in rules
        ]

    chinese = (
        'review.start value = "受理"',
        'acceptance.limit value = 1; unit = "工作日"',
        'staff.ratio value = 5; unit = "%"',
        'scope.summary_limit.person value = 100; unit = "元"',
        'scope.thresholds value = [{ id = "a", kind = "行政处罚", party = "公民" }]',
        'reviewer.tiers value = [{ decider = "人民政府", bodies = ["司法局"] }]',
    )
    coded = (
        'review.start value = "acceptance"',
        'acceptance.limit value = 1; unit = "working_day"',
        'staff.ratio value = 5; unit = "percent"',
        'scope.summary_limit.person value = 100; unit = "yuan"',
        'scope.thresholds value = [{ id = "a", kind = "penalty", party = "person" }]',
        'reviewer.tiers value = [{ decider = "government", bodies = ["司法局"] }]',
    )
    assert said(*chinese) == said(*coded)
