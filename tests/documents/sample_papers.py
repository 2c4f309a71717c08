"""Made-up papers with the weight of real ones: three pages that agree, six that correct."""

import hashlib
import tomllib
from dataclasses import replace
from datetime import date

from sanzhi_desktop import resources
from sanzhi_desktop.domain.case import Handler, Party, Submission
from sanzhi_desktop.domain.opinion import (
    Answer,
    ChecklistLine,
    Dimension,
    DimensionReview,
    EarlierProblem,
    MaterialLine,
    OpinionPaper,
    Outcome,
    Problem,
    Weight,
)
from sanzhi_desktop.domain.papers import (
    CorrectionItem,
    CorrectionPaper,
    ListedMaterial,
    MaterialState,
    ReturnPaper,
    SubmissionPaper,
)

CASE = "南川市远帆建材有限公司未取得建设工程规划许可证进行建设案"
FACTS = (
    "当事人于2026年3月2日至2026年5月30日期间，在未取得《建设工程规划许可证》的情况下，在南川市"
    "临江路18号院内擅自建设钢结构厂房1处，建筑面积1,286.45㎡，工程造价1,532,800.00元。2026年6月"
    "3日，执法人员现场检查时该厂房已完工并投入使用。上述事实有现场检查（勘验）笔录、询问笔录、"
    "测绘报告、造价鉴定意见书、现场照片（共24张）等证据证实。"
)
PROPOSED = "责令限期改正，并依据《中华人民共和国城乡规划法》第六十四条，处建设工程造价8%的罚款，计122,624元。"

_MATERIALS = (
    ("重大执法决定法制审核送审表", 2),
    ("案件调查终结报告", 11),
    ("拟作出的行政处罚决定书（文稿）", 4),
    ("行政处罚事先告知书、听证告知书及送达回证", 6),
    ("现场检查（勘验）笔录及照片", 31),
    ("询问笔录（法定代表人、施工负责人）", 9),
    ("测绘报告", 18),
    ("建设工程造价鉴定意见书", 27),
    ("当事人陈述申辩书及复核意见", 5),
    ("裁量基准适用说明", 2),
)

_REVIEWS = {
    Dimension.SUBJECT: (
        "执法主体",
        (
            "南川市综合行政执法局依法具有城乡规划领域的行政处罚权，执法人员周某（执法证号：NC0123456）、"
            "䶮某（执法证号：NC0123457）均持有效执法证件，调查取证时不少于二人，未发现应当回避的情形。"
        ),
    ),
    Dimension.POWERS: ("执法权限", "案件发生地在本市中心城区，属于本机关管辖，未超越法定权限。"),
    Dimension.PROCEDURE: (
        "执法程序",
        (
            "立案审批、调查终结、处罚前告知（含听证权利告知）等程序完备；当事人于2026年10月28日书面陈述"
            "申辩，承办机构于2026年11月2日复核——未采纳其“已补办手续”的主张，并说明了理由……"
        ),
    ),
    Dimension.EVIDENCE: (
        "事实与证据",
        "主要事实清楚，证据之间能够相互印证，形成完整的证据链条；违法所得认定为零，有会计资料支持。",
    ),
    Dimension.LAW: (
        "法律适用",
        "适用《中华人民共和国城乡规划法》第四十条第一款、第六十四条，定性准确，条款引用到款。",
    ),
    Dimension.DISCRETION: (
        "行政裁量",
        "适用《城乡规划行政处罚裁量权基准》（2024年版）“较重”阶次，拟处造价8%的罚款，在基准幅度5%—10%之内。",
    ),
    Dimension.DOCUMENTS: (
        "文书与当事人权利",
        "文书要素齐全，救济途径和期限告知完整；听证权利已告知，当事人未在5个工作日内申请听证。",
    ),
    Dimension.TRANSFER: ("移送", "未发现涉嫌犯罪或者应当移送其他机关的情形。"),
}


def checklist(failed: dict[str, str] | None = None) -> tuple[ChecklistLine, ...]:
    """Every shipped item for a penalty, answered; `failed` gives the note of failed ones."""
    failed = failed or {}
    lines = []
    for file in sorted(resources.path("checklists").glob("*.toml")):
        data = tomllib.loads(file.read_text("utf-8"))
        if "dimension" not in data:
            continue
        for item in data["item"]:
            if "penalty" not in item["kinds"]:
                continue
            basis = "；".join(
                entry["document"] + "、".join(entry.get("articles", ())) for entry in item["basis"]
            )
            dimension = Dimension(item.get("dimension", data["dimension"]))
            note = failed.get(item["id"], "")
            answer = Answer.FAILS if note else Answer.CONFORMS
            if dimension is Dimension.TRANSFER:
                answer = Answer.NOT_APPLICABLE
            lines.append(
                ChecklistLine(
                    item_id=item["id"],
                    dimension=dimension,
                    text=item["text"],
                    basis=basis,
                    weight=Weight(item["weight"]),
                    answer=answer,
                    note=note,
                    evidence="卷宗第45—47页" if note else "",
                )
            )
    return tuple(lines)


def agreeing() -> OpinionPaper:
    """同意, with all eight dimensions."""
    return OpinionPaper(
        office="南川市综合行政执法局法制审核科",
        addressee="规划执法大队",
        title=f"关于{CASE}的法制审核意见书",
        case_name=CASE,
        kind_name="行政处罚",
        party="南川市远帆建材有限公司",
        party_number="统一社会信用代码：91500109MA5U0XXX4K",
        facts=FACTS,
        proposed_decision=PROPOSED,
        round=1,
        round_reason="首次",
        received=date(2026, 11, 16),
        accepted=date(2026, 11, 17),
        materials=tuple(
            MaterialLine(name, pages, hashlib.sha256(name.encode()).hexdigest())
            for name, pages in _MATERIALS
        ),
        dimensions=tuple(DimensionReview(key, *value) for key, value in _REVIEWS.items()),
        outcome=Outcome.AGREE,
        outcome_name="同意",
        opening=(
            "经审核，该拟作决定执法主体适格、权限合法，事实清楚，证据确实充分，定性准确，适用依据正确，"
            "裁量适当，程序合法，文书规范。"
        ),
        reasons="审核人逐项核对了主体、权限、程序等方面的内容，未发现影响拟作决定合法性的问题。",
        problems=(),
        closing="同意按送审意见办理。依法应当经集体讨论的，请提请负责人集体讨论决定。",
        reminders=(
            "根据《行政处罚法》第五十八条，未经法制审核或者审核未通过的，不得作出决定。",
            (
                "情节复杂或者重大违法行为给予行政处罚的，行政机关负责人应当集体讨论决定。"
                "（《行政处罚法》第五十七条第二款）"
            ),
        ),
        deadline_basis=(
            "审核期限为5个工作日，自受理次日起算，2026年11月24日届满；期间2个休息日不计入。"
        ),
        reviewer="张某某",
        head="李某",
        seal_name="南川市综合行政执法局法制审核科",
        checklist=checklist(),
        mark="演示",
        audit_root=hashlib.sha256(b"root").hexdigest(),
    )


_PROBLEMS = (
    (
        "C12",
        Dimension.PROCEDURE,
        (
            "《行政处罚事先告知书》载明的拟处罚款为153,280元，与拟作决定的122,624元不一致，"
            "变更后未重新告知当事人。"
        ),
        "《中华人民共和国行政处罚法》第四十四条、第四十五条",
        "卷宗第45—47页",
        "按拟作决定的内容重新告知，听取陈述申辩后再次送审。",
    ),
    (
        "C15",
        Dimension.PROCEDURE,
        "听证告知书送达回证没有受送达人签名，也没有见证人，留置送达的理由未记明。",
        "《中华人民共和国行政处罚法》第六十一条；《中华人民共和国民事诉讼法》第八十九条",
        "卷宗第52页",
        "补充送达情况说明和影像资料；不能补充的，重新送达。",
    ),
    (
        "D03",
        Dimension.EVIDENCE,
        "造价鉴定意见书没有鉴定人签名，鉴定机构资质证明未入卷，罚款基数的认定依据不足。",
        "《最高人民法院关于行政诉讼证据若干问题的规定》第十四条",
        "卷宗第63—89页",
        "由鉴定机构补正，或者另行委托有资质的机构鉴定。",
    ),
    (
        "E10",
        Dimension.DISCRETION,
        (
            "适用“较重”阶次，但卷内没有当事人拒不停止建设的证据；当事人于2026年6月5日"
            "已自行停止使用，依基准应当适用“一般”阶次。"
        ),
        (
            "《中华人民共和国行政处罚法》第三十二条、第三十四条；"
            "《城乡规划行政处罚裁量权基准》（2024年版）第12项"
        ),
        "卷宗第21—24页、第90页",
        "按“一般”阶次重新确定幅度（造价5%—7%），或者补充“较重”情节的证据。",
    ),
    (
        "F03",
        Dimension.DOCUMENTS,
        "拟作决定书没有载明逾期不缴纳罚款的后果和加处罚款的标准。",
        "《中华人民共和国行政处罚法》第五十九条、第七十二条",
        "拟作决定书第3页",
        "补充相应内容。",
    ),
)


def correcting() -> OpinionPaper:
    """纠正, in the second round, with five problems and an earlier one."""
    notes = {code: finding for code, _, finding, *_ in _PROBLEMS}
    return replace(
        agreeing(),
        round=2,
        round_reason="处理后再次送审",
        outcome=Outcome.CORRECT,
        outcome_name="纠正",
        opening="经审核，该拟作决定存在下列程序、依据、裁量或者文书方面的问题：",
        reasons="审核中发现5个问题，逐项列明事实、依据、证据位置和修改建议如下。",
        closing="建议予以纠正，处理后再次报送法制审核。",
        problems=tuple(
            Problem(number, code, dimension, finding, basis, evidence, suggestion)
            for number, (code, dimension, finding, basis, evidence, suggestion) in enumerate(
                _PROBLEMS, 3
            )
        ),
        earlier=(
            EarlierProblem(
                1, 1, "立案审批表缺少负责人签批日期。", "已由负责人补签并说明情况。", True
            ),
            EarlierProblem(
                1, 2, "询问笔录第3页无被询问人签名。", "已重新询问，笔录附卷第33页。", False
            ),
        ),
        same_person_reason="本机构在编审核人员仅一名，另一名人员为本案承办人的近亲属，已回避。",
        checklist=checklist(notes),
        head="",
        mark="",
    )


def submission() -> SubmissionPaper:
    """A submission form with every field filled."""
    return SubmissionPaper(
        office="法制审核科",
        submission=Submission(
            name=CASE,
            file_number="南综执立字〔2026〕128号",
            agency="南川市综合行政执法局",
            unit="规划执法大队",
            catalogue_item="第17项：对违反规划建设的行政处罚（罚款10万元以上）",
            party=Party(
                name="南川市远帆建材有限公司",
                number="91500109MA5U0XXX4K",
                legal_representative="㛃某",
                address="南川市临江路18号",
                phone="023-7100××××",
            ),
            filing_date=date(2026, 6, 4),
            period_ends_on=date(2026, 12, 1),
            facts=FACTS,
            violated_provisions=("《中华人民共和国城乡规划法》第四十条第一款",),
            penalty_basis=("《中华人民共和国城乡规划法》第六十四条",),
            proposed_decision=PROPOSED,
            amount_fen=12_262_400,
            discretion_basis="城乡规划行政处罚裁量权基准（2024年版）",
            discretion_tier="较重",
            defence="当事人主张已补办手续。经复核，补办申请未获批准，不予采纳。",
            hearing="已告知，当事人未申请。",
            handlers=(Handler("h1", "周某", "NC0123456"), Handler("h2", "䶮某", "NC0123457")),
        ),
        round=1,
        round_reason="首次",
        criteria=("对法人罚款10万元以上", "可能造成重大社会影响"),
        materials=(
            *tuple(
                ListedMaterial(name, MaterialState.GIVEN, pages, original=pages % 2 == 1)
                for name, pages in _MATERIALS
            ),
            ListedMaterial("听证笔录", MaterialState.WAIVED, note="当事人未申请听证"),
            ListedMaterial("专家论证意见", MaterialState.MISSING),
        ),
        number="规执送审〔2026〕37号",
        submitted=date(2026, 11, 16),
        unit_head="陈某",
        unit_opinion="同意送审。",
        mark="样例",
    )


def correction() -> CorrectionPaper:
    """A correction notice with three items."""
    return CorrectionPaper(
        office="南川市综合行政执法局法制审核科",
        addressee="规划执法大队",
        case_name=CASE,
        submitted=date(2026, 11, 16),
        items=(
            CorrectionItem("建设工程造价鉴定意见书", "缺鉴定人签名页"),
            CorrectionItem("听证告知书送达回证"),
            CorrectionItem("裁量基准适用说明", "未载明适用的阶次"),
        ),
        due=date(2026, 11, 20),
        mark="样例",
    )


def returning() -> ReturnPaper:
    """A return letter with its basis."""
    return ReturnPaper(
        office="南川市综合行政执法局法制审核科",
        addressee="规划执法大队",
        case_name="路边摊点占道经营案",
        submitted=date(2026, 11, 16),
        reason="该案适用简易程序，罚款50元，不属于重大执法决定",
        basis=("《重大执法决定法制审核目录清单》",),
        number="南法退〔2026〕3号",
        dated=date(2026, 11, 18),
    )
