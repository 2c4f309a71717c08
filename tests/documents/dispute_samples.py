"""Made-up papers of a disagreement: a record of three problems, minutes of any size, a sheet."""

from dataclasses import replace
from datetime import UTC, date, datetime

from sanzhi_desktop.domain.dispute_papers import (
    Absence,
    Ballot,
    CitedRule,
    DecidedPoint,
    DisagreementPaper,
    DisputedCase,
    DisputedPoint,
    GateEffect,
    Guest,
    MatrixRow,
    MeetingCase,
    Member,
    MinutesPaper,
    ResponsibilityPaper,
    ResponsibleAct,
    ResponsiblePart,
    ReviewerView,
    RoundTreatment,
    Signatory,
    Statement,
    UnitView,
)
from tests.documents.sample_papers import CASE, FACTS, PROPOSED

SHUCHENG = "舒应急〔2019〕85号 二、主要任务（三）全面推行重大执法决定法制审核制度 4.明确审核流程"
PENALTY_GATE = "《中华人民共和国行政处罚法》第五十八条第一款"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
CHAIR = Signatory("苏明哲", "局长", "agency_head")
RECORDER = Signatory("林知远", "办公室文秘", "secretary")
HANDLER = Signatory("周某", "承办人", "handler")
REVIEWER = Signatory("张某某", "审核人", "reviewer")
HEAD = Signatory("李某", "法制审核机构负责人", "head")


def case() -> DisputedCase:
    """The case of every sample paper."""
    return DisputedCase(
        case_name=CASE,
        file_number="南综执立字〔2026〕128号",
        kind_name="行政处罚",
        party="南川市远帆建材有限公司",
        unit="规划执法大队",
        handlers=("周某", "䶮某"),
        review_body="南川市综合行政执法局法制审核科",
        reviewer="张某某",
        facts=FACTS,
        proposed_decision=PROPOSED,
        opinion_number="南法审〔2026〕37号",
        opinion_dated=date(2026, 11, 20),
        outcome_name="纠正",
    )


def points() -> tuple[DisputedPoint, ...]:
    """One that remains, one that was agreed on, one not objected to."""
    return (
        DisputedPoint(
            number=3,
            item_id="C12",
            item="拟作决定与告知内容不一致的，是否重新告知",
            article="《中华人民共和国行政处罚法》第四十四条、第四十五条",
            review=ReviewerView(
                "《行政处罚事先告知书》载明的拟处罚款为153,280元，与拟作决定的122,624元不一致，"
                "变更后未重新告知当事人。",
                "《中华人民共和国行政处罚法》第四十四条、第四十五条",
                "卷宗第45—47页",
                "按拟作决定的内容重新告知，听取陈述申辩后再次送审。",
            ),
            objection=UnitView(
                "变更后的罚款数额低于告知数额，减轻了当事人的负担，当事人的陈述申辩权没有受到损害；"
                "且变更正是采纳当事人陈述申辩的结果，重新告知没有必要，反而延误办理期限。",
                "《中华人民共和国行政处罚法》第四十五条第二款：不得因当事人陈述、申辩而给予更重的处罚",
                "卷宗第48—50页陈述申辩复核意见",
            ),
            reply_name="维持审核意见",
            reply="裁量阶次由“从重”改为“较重”，适用的基准条款同时变更，属于处罚依据的变更，应当重新告知",
            consultation="2026年11月23日面谈一次，2026年11月24日书面交换意见一次；双方对变更后数额"
            "较低没有争议，对是否属于依据变更未能达成一致",
            agreed="变更后的罚款数额计算正确",
            remaining="处罚依据变更但数额降低的，是否必须重新告知",
        ),
        DisputedPoint(
            number=4,
            item_id="E10",
            item="裁量阶次与认定的情节是否相符",
            article="《中华人民共和国行政处罚法》第三十四条",
            review=ReviewerView(
                "适用“较重”阶次，但卷内没有当事人拒不停止建设的证据。",
                "《城乡规划行政处罚裁量权基准》（2024年版）第12项",
                "卷宗第21—24页、第90页",
                "按“一般”阶次重新确定幅度，或者补充证据。",
            ),
            objection=UnitView(
                "当事人收到停止建设通知书后继续施工11日，有影像为证，只是归档时遗漏。",
                "《城乡规划行政处罚裁量权基准》（2024年版）第12项第2目",
                "执法记录仪影像编号NC-2026-0619",
            ),
            reply_name="接受异议",
            reply="影像补充入卷后，可以认定“较重”阶次",
            consultation="2026年11月23日面谈时当场查看影像",
            agreed="承办机构将影像及说明补充入卷，审核机构不再坚持本项意见",
        ),
        DisputedPoint(
            number=5,
            item_id="F03",
            item="决定书是否载明逾期不缴纳罚款的后果",
            article="《中华人民共和国行政处罚法》第五十九条、第七十二条",
            review=ReviewerView(
                "拟作决定书没有载明逾期不缴纳罚款的后果和加处罚款的标准。",
                "《中华人民共和国行政处罚法》第五十九条、第七十二条",
                "拟作决定书第3页",
                "补充相应内容。",
            ),
        ),
    )


def record() -> DisagreementPaper:
    """舒城: consultation, then both opinions to the 局长办公会."""
    return DisagreementPaper(
        case=case(),
        edition=1,
        frozen_on=date(2026, 11, 25),
        route=(
            CitedRule("列明理由和依据，与法制审核机构协商沟通", SHUCHENG),
            CitedRule("双方意见一并报送局长办公会审议研究确定", SHUCHENG),
        ),
        meeting_name="局长办公会",
        points=points(),
        handler=HANDLER,
        reviewer=REVIEWER,
        expert_advice=("2026年11月24日，法律顾问顾北辰就问题3答复：宜重新告知",),
        mark="演示",
    )


def member(place: int) -> Member:
    """A deputy with a name of their own."""
    post = ("副局长", "党委委员、副局长", "总工程师")[place % 3]
    return Member(Signatory(f"{SURNAMES[place]}某{'甲乙丙'[place % 3]}", post, "agency_head"))


def _decided(names: tuple[str, ...]) -> tuple[DecidedPoint, ...]:
    return (
        DecidedPoint(
            number=3,
            subject="处罚依据变更但数额降低的，是否必须重新告知",
            review="属于依据变更，应当重新告知后再次送审。",
            unit="数额降低，未损害当事人权利，没有必要重新告知。",
            ballots=(
                Ballot("维持审核意见", names[:1]),
                Ballot("采纳承办意见", names[2:] or names[:1]),
                Ballot("弃权", names[1:2]),
            ),
            decision_name="采纳承办意见",
        ),
        DecidedPoint(
            number=4,
            subject="“较重”阶次的影像补充入卷的期限",
            review="应当在再次报送前入卷。",
            unit="同意，五日内补充。",
            ballots=(Ballot("维持审核意见", names),),
            decision_name="其他",
            decision="承办机构于2026年12月1日前将影像和说明入卷，并在再次报送时列明页码。",
        ),
    )


def minutes(members: int = 3, items: int = 1) -> MinutesPaper:
    """The minutes of a 局长办公会 with the chair and so many members."""
    present = tuple(member(place) for place in range(members))
    if members > 1:
        present = (
            replace(
                present[0],
                acting_basis="南人任〔2026〕12号",
                acting_from=date(2026, 10, 1),
                acting_to=date(2026, 12, 31),
            ),
            *present[1:],
        )
    names = (*(who.name for who in present), CHAIR.name)
    said = tuple(
        Statement(
            who.name,
            who.post,
            "审核机构的意见有依据；但从维护当事人程序权利和办案效率两方面衡量，"
            f"倾向于第{1 + place % 2}种处理办法，并请承办机构补充说明。",
        )
        for place, who in enumerate(present)
    )
    discussed = MeetingCase(
        case=case(),
        record="双方意见对照表第1版（2026年11月25日双方签名）",
        reporters=(Guest("周某", "承办人"), Guest("张某某", "审核人")),
        report="承办人汇报了案件事实、证据、拟作决定和异议理由；审核人汇报了审核意见及对异议的答复。",
        recused=(Absence("孔某", "副局长", "系当事人法定代表人的近亲属"),),
        statements=(*said, Statement(CHAIR.name, CHAIR.post, "综合各位意见，提请逐项表决。")),
        points=_decided(names),
        minority=(
            Statement(
                names[0], "副局长", "依据变更即应当重新告知，不宜以数额高低区分，请记录在案。"
            ),
        ),
        effect=GateEffect.PENALTY,
        effect_source=PENALTY_GATE,
        expert_advice=("2026年11月24日，法律顾问顾北辰就问题3答复：宜重新告知",),
    )
    other = replace(
        discussed,
        case=replace(case(), case_name="南川市某某供水工程许可变更案", kind_name="行政许可"),
        effect=GateEffect.CLEARS,
        effect_source="郑政办〔2019〕49号 三、工作任务（三）3.",
        minority=(),
        recused=(),
        expert_advice=(),
    )
    return MinutesPaper(
        agency="南川市综合行政执法局",
        meeting_name="局长办公会",
        meeting_rule=CitedRule("双方意见一并报送局长办公会审议研究确定", SHUCHENG),
        began=datetime(2026, 11, 27, 1, 0, tzinfo=UTC),
        ended=datetime(2026, 11, 27, 2, 40, tzinfo=UTC),
        place="南川市综合行政执法局三楼会议室",
        chair=Member(CHAIR),
        recorder=RECORDER,
        members=present,
        absent=(Absence("施某", "副局长", "在市委党校学习"),),
        guests=(Guest("周某", "承办人"), Guest("张某某", "审核人")),
        entitled=members + 3,
        quorum=(members + 3) // 2 + 1,
        quorum_rule="按照本单位规定，须有过半数成员出席",
        items=(discussed, *([other] * (items - 1))),
        number="南法议〔2026〕4号",
        mark="演示",
    )


def matrix() -> tuple[MatrixRow, ...]:
    """Three problems through three rounds."""
    return (
        MatrixRow(
            1,
            "C02",
            1,
            "立案审批表缺少负责人签批日期",
            (RoundTreatment(2, "已由负责人补签并附情况说明", "卷宗第2页", True),),
        ),
        MatrixRow(
            3,
            "C12",
            1,
            "告知数额与拟作决定不一致，变更后未重新告知当事人",
            (
                RoundTreatment(
                    2, "提出异议，认为不必重新告知", "异议书第1页", False, "仍应重新告知"
                ),
                RoundTreatment(3, "按会议决定说明理由，并附笔录", "卷宗第96页", None),
            ),
            meeting="南法议〔2026〕4号，2026年11月27日，采纳承办意见",
        ),
        MatrixRow(6, "D03", 2, "造价鉴定意见书没有鉴定人签名，鉴定机构资质证明未入卷"),
    )


def responsibility() -> ResponsibilityPaper:
    """The sheet in the words of 舒城 and the act of 2018."""
    source = "舒应急〔2019〕85号 二、主要任务（三）5.明确审核责任"

    def act(day: int, hour: int, name: str, text: str) -> ResponsibleAct:
        return ResponsibleAct(datetime(2026, 11, day, hour, 5, tzinfo=UTC), name, text)

    return ResponsibilityPaper(
        office="南川市综合行政执法局法制审核科",
        case=case(),
        parts=(
            ResponsiblePart(
                "承办机构的责任",
                "规划执法大队",
                ("周某（承办人）", "䶮某（承办人）", "陈某（承办机构负责人）"),
                ("送审材料的真实性、准确性、完整性", "执法的事实、证据、法律适用、程序的合法性"),
                source,
                (
                    act(16, 1, "陈某", "报送送审材料（第1轮）"),
                    act(23, 2, "周某", "对问题3、4提出异议"),
                    act(30, 3, "陈某", "处理后再次报送（第2轮）"),
                ),
            ),
            ResponsiblePart(
                "法制审核机构的责任",
                "南川市综合行政执法局法制审核科",
                ("张某某（审核人）", "李某（签发人）"),
                ("对重大执法决定的法制审核意见负责",),
                source,
                (
                    act(19, 8, "张某某", "作出审核意见并签名（第1轮，纠正）"),
                    act(20, 2, "李某", "签发南法审〔2026〕37号"),
                ),
            ),
            ResponsiblePart(
                "行政机关负责人的责任",
                "南川市综合行政执法局",
                ("苏明哲（局长）",),
                (),
                "",
                (act(27, 3, "苏明哲", "主持局长办公会集体讨论，签署南法议〔2026〕4号"),),
            ),
        ),
        punishable=("承办人员", "负责法制审核的人员", "审批行政执法决定的负责人"),
        punishable_source="郑政办〔2019〕49号 三、工作任务（三）4.",
        made_on=date(2026, 12, 2),
        head=HEAD,
        chain_head="ab" * 32,
        number="南法责〔2026〕9号",
        mark="演示",
    )
