"""Figures and Chinese capitals of money: known pairs, round trips and refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain import money


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("328890元", 32_889_000),
        ("5万元", 5_000_000),
        ("2.3万元", 2_300_000),
        ("1.5亿元", 15_000_000_000),
        ("¥2382.00元", 238_200),
        ("￥10,000.00", 1_000_000),
        ("５０００元", 500_000),
        ("人民币贰仟叁佰捌拾贰元整", 238_200),
        ("叁拾贰万捌仟捌佰玖拾元整", 32_889_000),
        ("二万元", 2_000_000),
        ("十五万元", 15_000_000),
        ("三百元", 30_000),
        ("3万5千元", 3_500_000),
        ("伍仟元零伍角", 500_050),
        ("壹万零伍佰元贰角叁分", 1_050_023),
        ("壹亿零壹佰万零壹佰元整", 10_100_010_000),
        ("12元3角4分", 1_234),
        ("6千元", 600_000),
    ],
)
def test_amounts_are_read_in_fen(text: str, fen: int) -> None:
    assert money.parse_amount(text) == fen


@pytest.mark.parametrize(
    ("fen", "text"),
    [  # the examples of 《支付结算办法》 appendix 1, written with 元
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元零叁角贰分"),
        (10_700_053, "壹拾万柒仟元零伍角叁分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (0, "零元整"),
    ],
)
def test_capitals_can_be_read_back(fen: int, text: str) -> None:
    assert money.parse_amount(text) == fen
    assert money.parse_amount(money.capitals(fen)) == fen


def test_capitals_are_written_as_on_a_cheque() -> None:
    assert money.capitals(32_889_000) == "叁拾贰万捌仟捌佰玖拾元整"
    assert money.capitals(140_950) == "壹仟肆佰零玖元伍角整"
    assert money.capitals(600_714) == "陆仟零柒元壹角肆分"
    assert money.capitals(32_504) == "叁佰贰拾伍元零肆分"
    assert money.capitals(10_000_100) == "壹拾万零壹元整"


@given(st.integers(min_value=100, max_value=10**17))
def test_capitals_round_trip(fen: int) -> None:
    assert money.parse_amount(money.capitals(fen)) == fen


@given(st.integers(min_value=0, max_value=10**13))
def test_figures_round_trip(fen: int) -> None:
    assert money.parse_amount(money.format_yuan(fen)) == fen


@given(st.integers(min_value=0, max_value=10**9))
def test_capitals_never_repeat_or_trail_a_zero(fen: int) -> None:
    text = money.capitals(fen)
    assert "零零" not in text
    assert text == "零元整" or "零元" not in text


def test_a_rate_is_not_an_amount() -> None:
    assert money.find_amounts("按15元/平方米处罚") == []
    assert [a.fen for a in money.find_amounts("按15元/平方米计,共328890元")] == [32_889_000]


def test_places_of_amounts() -> None:
    text = "罚款５０００元（伍仟元整）"
    first, second = money.find_amounts(text)
    assert (text[first.start : first.end], first.in_capitals) == ("５０００元", False)
    assert (text[second.start : second.end], second.in_capitals) == ("伍仟元整", True)


@pytest.mark.parametrize("text", ["", "元", "5", "5元6", "1.005元", "第二元素"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        money.parse_amount(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_search(text: str) -> None:
    for amount in money.find_amounts(text):
        assert 0 <= amount.start < amount.end <= len(text)


def test_yuan_for_json() -> None:
    assert money.yuan_number(616_410) == 6164.1
    assert repr(money.yuan_number(500_000)) == "5000"


@pytest.mark.parametrize(
    ("text", "value"),
    [("二〇二五", 2025), ("三十一", 31), ("十", 10), ("一百零五", 105), ("两千", 2000)],
)
def test_chinese_numbers(text: str, value: int) -> None:
    assert money.chinese_number(text) == value
