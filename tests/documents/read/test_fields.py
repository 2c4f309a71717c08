"""Field reading on invented decisions of many agencies, kinds and layouts.

Each `decisions/NAME.txt` has a `NAME.json` with what stands in it; a field that is not listed must
stay empty. The same texts are read again as Word and as PDF files.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from sanzhi_desktop.documents.read.lexicon import lexicon
from sanzhi_desktop.documents.read.model import (
    FIELD_NAMES,
    LIST_FIELDS,
    Piece,
    Place,
    Reading,
    Ruling,
    Source,
    SourceKind,
)
from sanzhi_desktop.documents.read.submission import as_json, read_submission, read_text
from sanzhi_desktop.domain.kinds import Kind, parse_kind
from sanzhi_desktop.resources.sentences import table
from tests.documents.read import papers

FOLDER = Path(__file__).parent / "decisions"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))


@cache
def reading_of(name: str) -> Reading:
    return read_submission(FOLDER / f"{name}.txt")


@cache
def truth_of(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    assert set(loaded) <= {*FIELD_NAMES, "warnings"}, "a misspelt field would never be compared"
    return loaded


def plain(value: Any) -> str:
    """Width folded, punctuation aside."""
    folded = unicodedata.normalize("NFKC", str(value))
    return "".join(sign for sign in folded if sign.isalnum() or sign == "*")


def same(name: str, found: Any, true: Any) -> bool:
    if name in LIST_FIELDS:
        return {plain(v) for v in found or ()} == {plain(v) for v in true or ()}
    if found is None or true is None:
        return found is true
    if name == "decision":
        return sorted(found["penalty_kinds"]) == sorted(true["penalty_kinds"]) and all(
            found[key] == true[key] for key in ("fine_yuan", "confiscated_income_yuan")
        )
    return plain(found) == plain(true)


def wrong(reading: Reading, true: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: found.value.as_json() if isinstance(found.value, Ruling) else found.value
        for name, found in reading.fields.items()
    }
    return {
        name: (values[name], true.get(name))
        for name in FIELD_NAMES
        if not same(name, values[name], true.get(name))
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_an_invented_decision(name: str) -> None:
    reading, true = reading_of(name), truth_of(name)
    assert wrong(reading, true) == {}
    codes = {mark.code.value for mark in reading.warnings}
    assert codes == set(true.get("warnings", []))


def test_there_is_enough_variety() -> None:
    kinds = Counter(truth_of(name).get("kind") for name in NAMES)
    assert len(NAMES) >= 40
    assert len(kinds) >= 7
    present = Counter(field for name in NAMES for field in truth_of(name))
    assert all(present[name] >= 3 for name in FIELD_NAMES), present


@pytest.mark.parametrize(
    ("suffix", "make"), [("docx", papers.docx_of), ("pdf", papers.pdf_of)], ids=["docx", "pdf"]
)
def test_the_same_decisions_as_word_and_pdf(
    tmp_path: Path, suffix: str, make: Callable[[Path, str], Path]
) -> None:
    """At least 97 % of all fields, and no more than two inventions, whatever the wrapper."""
    right = total = invented = 0
    for name in NAMES:
        text = (FOLDER / f"{name}.txt").read_text("utf-8")
        if suffix == "pdf" and ("\t" in text or "(shū)" in text or "䶮" in text):
            continue  # the test's PDF font has neither tabulators nor these signs
        found = wrong(read_submission(make(tmp_path / f"{name}.{suffix}", text)), truth_of(name))
        known = [n for n in truth_of(name) if n != "warnings"]
        total += len(known)
        right += len(known) - sum(n in found for n in known)
        invented += sum(n not in known for n in found)
    assert total > 350
    assert right / total >= 0.97, f"{right}/{total}"
    assert invented <= 2


def wrapped(text: str, width: int = 36) -> str:
    """Hard-wrapped, as pasted from a mail."""
    return "\n".join(
        line[at : at + width]
        for line in text.split("\n")
        for at in range(0, max(len(line), 1), width)
    )


def traditional(text: str) -> str:
    converted: str = OpenCC("s2t").convert(text)
    return converted


HALF = str.maketrans("，：；（）！？", ",:;()!?")
COPIES: dict[str, tuple[Callable[[str], str], float]] = {
    "half-width punctuation": (lambda text: text.translate(HALF), 1.0),
    "blank lines": (lambda text: text.replace("\n", "\n\n"), 1.0),
    "indented": (lambda text: "\n".join("　　" + line for line in text.split("\n")), 1.0),
    "traditional": (traditional, 0.99),
    "hard-wrapped": (wrapped, 0.97),
    "one line": (lambda text: text.replace("\n", " "), 0.97),
    "no blanks": (lambda text: text.replace(" ", "").replace("　", ""), 0.97),
}


@pytest.mark.parametrize("copy", COPIES)
def test_the_same_decisions_in_bad_copies(copy: str) -> None:
    """Pages and mails spoil the layout in these ways; nothing may be invented by it."""
    spoil, least = COPIES[copy]
    right = total = invented = 0
    for name in NAMES:
        text = spoil((FOLDER / f"{name}.txt").read_text("utf-8"))
        found = wrong(read_lines(text.split("\n")), truth_of(name))
        known = [n for n in truth_of(name) if n != "warnings"]
        total += len(known)
        right += len(known) - sum(n in found for n in known)
        invented += sum(n not in known for n in found)
    assert right / total >= least, f"{right}/{total}"
    assert invented == 0


@pytest.mark.parametrize("name", NAMES)
def test_places_point_at_what_was_read(name: str) -> None:
    reading = reading_of(name)
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    for field in ("party_name", "document_number", "address"):
        found = reading.fields[field]
        if not isinstance(found.value, str) or "file.noise" in truth_of(name).get("warnings", []):
            continue
        assert found.place is not None
        assert found.place.line is not None
        assert plain(found.value) in plain(lines[found.place.line - 1])
        assert found.span is not None
        assert plain(found.value) in plain(reading.text[slice(*found.span)])


@pytest.mark.parametrize("name", NAMES)
def test_a_text_cut_anywhere_never_crashes_or_invents_a_date(name: str) -> None:
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    for count in range(1, len(lines), 2):
        reading = read_lines(lines[:count])
        for field in ("decision_date", "notice_date", "hearing_date"):
            value = reading.fields[field].value
            assert value in {None, truth_of(name).get(field)}, (field, count)


def read_lines(lines: list[str]) -> Reading:
    pieces = tuple(Piece(line, Place(line=i)) for i, line in enumerate(lines, 1))
    return read_text(Source(SourceKind.TEXT, pieces))


FRAGMENTS = st.sampled_from(
    [
        "行政处罚决定书", "当事人：", "统一社会信用代码：", "（", "）", "《", "》", "第十条", "违反了", "依据",
        "决定如下：", "罚款", "5000元", "壹万元", "2025年3月1日", "二〇二五年", "告知书", "〔2025〕3号", "\n",
        "，", "。", "“", "”", "没收违法所得", "某某局", "立案", "检查", "听证", "1.", "法定代表人：", "住址", "张三",
    ]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=60))
def test_shuffled_fragments_never_crash(parts: list[str]) -> None:
    reading = read_lines("".join(parts).split("\n"))
    assert set(reading.fields) == set(FIELD_NAMES)
    json.dumps(as_json(reading), ensure_ascii=False)


@given(st.text(max_size=300))
def test_any_text_never_crashes(text: str) -> None:
    assert set(read_lines(text.split("\n")).fields) == set(FIELD_NAMES)


def test_the_public_shape() -> None:
    shape = as_json(reading_of("wrong-marks"))
    assert list(shape["fields"]) != []
    assert set(shape["fields"]) == set(FIELD_NAMES)
    assert set(shape["fields"]["party_name"]) >= {"value", "where"}
    assert set(shape["fields"]["decision"]["value"]) == {
        "summary",
        "penalty_kinds",
        "fine_yuan",
        "confiscated_income_yuan",
    }
    for mark in shape["warnings"]:
        assert set(mark) == {"field", "code", "message"}
        assert mark["message"] != mark["code"]
        assert "…" not in mark["message"]
    empty = as_json(read_lines(["没有任何可读的内容"]))["fields"]
    assert empty["party_name"] == {"value": None, "where": ""}
    assert empty["penalty_basis"] == {"value": [], "where": ""}


def test_every_kind_that_can_be_read_is_a_kind_of_the_domain() -> None:
    for entry in lexicon().kinds:
        assert isinstance(parse_kind(entry.name), Kind), entry.name
    assert parse_kind("行政裁决") is Kind.OTHER
    assert parse_kind("行政强制(催告)") is Kind.COERCION


def test_every_field_has_a_chinese_name() -> None:
    assert all(f"read.field.{name}" in table() for name in FIELD_NAMES)


def test_a_traditional_name_in_a_simplified_paper_is_kept() -> None:
    reading = read_lines(
        [
            "行政处罚决定书",
            "云环罚〔2025〕9号",
            "云溪縣億隆建材有限公司：",
            "你单位于检查期间未密闭贮存物料，我局决定对你单位处以罚款人民币一万元。",
        ]
    )
    assert reading.text_of("party_name") == "云溪縣億隆建材有限公司"
    assert "party_name.rare_character" in {mark.code.value for mark in reading.warnings}


@pytest.mark.parametrize("sign", ["䶮", "㛃", "𬭎", "𠅤", "㙓"])
def test_rare_signs_are_kept_and_marked(sign: str) -> None:
    reading = read_lines(
        [
            "行政处罚决定书",
            "云环罚〔2025〕9号",
            f"当事人：云溪县{sign}盛商贸有限公司",
            f"法定代表人：王{sign}",
            f"住所：云溪县{sign}山路8号",
        ]
    )
    assert reading.text_of("party_name") == f"云溪县{sign}盛商贸有限公司"
    assert reading.text_of("legal_representative") == f"王{sign}"
    assert reading.text_of("address") == f"云溪县{sign}山路8号"
    (mark,) = [m for m in reading.warnings if m.code.value == "party_name.rare_character"]
    assert mark.facts["signs"] == sign


def test_a_text_that_is_no_decision_yields_no_party_and_no_decision() -> None:
    reading = read_lines(
        [
            "召开新闻发布会",
            "2025年3月5日，主管部门通报了2024年十起典型案例，某公司被处以罚款50万元。",
            "有关负责人介绍，全年共检查企业1200家次，立案查处86起，收到责令限期整改指令书的均已整改。",
            "企业应当遵守《中华人民共和国环境保护法》的规定。",
        ]
    )
    present = {name for name, found in reading.fields.items() if found.present}
    assert present == set()


@pytest.mark.parametrize(
    "lines",
    [
        ["行政处罚决定书", "当事人应当自收到本决定书之日起十五日内履行。"],
        ["行政处罚决定书", "当事人作为批发企业，从个人处购进了3盒注射液。"],
        ["无障碍浏览", "政府信息公开"],
        ["行政处罚决定书（东岭）文综罚字〔2025〕3号"],
        ["关于行业监管行政处罚决定书"],
        ["东岭县某局行政处罚决定书", "其他部门：", "体裁：", "• 发布机构："],
    ],
)
def test_a_page_and_a_sentence_are_no_party(lines: list[str]) -> None:
    assert read_lines(lines).text_of("party_name") == ""


def test_labels_filled_with_the_next_label_are_empty() -> None:
    line = (
        "当事人：东岭超市 经营者： 身份证号码： 联系电话： 联系地址： 2025年1月16日我局执法人员检查"
    )
    reading = read_lines(["东岭县市场监督管理局", "行政处罚决定书", line])
    assert reading.text_of("party_name") == "东岭超市"
    assert not reading.fields["legal_representative"].present
    assert not reading.fields["address"].present


def test_a_value_that_pinyin_has_eaten_stays_empty() -> None:
    """`龍?zhí)伶?zhèn)`: the sign before the syllable is lost, what is left is not the address."""
    reading = read_lines(
        [
            "行政處罰決定書",
            "清環(huán)罰字〔2025〕58號",
            "東嶺市相記五金有限公司:",
            "法定代表人:黃相",
            "地址:東嶺市清城區龍?zhí)伶?zhèn)陂坑村",
            "經(jīng)我局執(zhí)法人員調查,現(xiàn)已審查終結。",
        ]
    )
    assert reading.text_of("party_name") == "东岭市相记五金有限公司"
    assert not reading.fields["address"].present


def test_no_name_of_an_agency_or_place_is_built_in() -> None:
    lexicon = (Path("resources/read/lexicon.toml")).read_text("utf-8")
    code = "".join(
        path.read_text("utf-8") for path in Path("sanzhi_desktop/documents/read").glob("*.py")
    )
    for word in ("长沙", "益阳", "广东", "北京", "上海", "重庆", "湖南", "郑州", "市场监督管理局"):
        assert word not in lexicon
        assert word not in code
