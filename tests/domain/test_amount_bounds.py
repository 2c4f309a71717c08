"""Amounts as methods write them; what could be meant either way is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.amount_bounds import Bounds, parse_bounds

WAN = 10_000 * 100


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("5万元以上", Bounds(5 * WAN)),
        ("5万元以上（含本数）", Bounds(5 * WAN)),
        ("5万元以上(含5万元)", Bounds(5 * WAN)),
        ("五万元以上（不含本数）", Bounds(5 * WAN, lower_inclusive=False)),
        ("50,000元 及以上", Bounds(5 * WAN)),
        ("伍万元以上", Bounds(5 * WAN)),
        ("5万元（含）以上", Bounds(5 * WAN)),
        ("5万元（不含5万元）以上", Bounds(5 * WAN, lower_inclusive=False)),
        ("超过5万元", Bounds(5 * WAN, lower_inclusive=False)),
        ("超过5万元（不含本数）", Bounds(5 * WAN, lower_inclusive=False)),
        ("达到5万元", Bounds(5 * WAN)),
        ("不低于5万元的", Bounds(5 * WAN)),
        ("不足5万元", Bounds(None, upper=5 * WAN)),
        ("5万元以下", Bounds(None, upper=5 * WAN, upper_inclusive=True)),
        ("5万元以下（不含本数）", Bounds(None, upper=5 * WAN)),
        ("不超过1.5万元", Bounds(None, upper=15_000 * 100, upper_inclusive=True)),
        ("5万元以上不满50万元", Bounds(5 * WAN, upper=50 * WAN)),
        ("5万元以上（含本数）、50万元以下", Bounds(5 * WAN, upper=50 * WAN, upper_inclusive=True)),
        ("超过十万元不超过一百万元", Bounds(10 * WAN, False, 100 * WAN, True)),
    ],
)
def test_what_is_written_is_what_is_meant(text: str, bounds: Bounds) -> None:
    assert parse_bounds(text) == bounds


@pytest.mark.parametrize(
    "text",
    [
        "5万元",  # from it or up to it?
        "较大数额",
        "",
        "5万元至50万元",  # which of the two ends?
        "超过5万元以上",
        "超过5万元（含本数）",
        "5万元以上10万元以上",
        "50万元以上不满5万元",
        "5万以上",  # of what?
        "对公民5万元以上",  # the party has a field of its own
        "5万元以上或者情节严重",
        "每平方米100元以上",
    ],
)
def test_what_is_unclear_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_bounds(text)


bounds = st.builds(
    Bounds,
    lower=st.integers(1, 10**9),
    lower_inclusive=st.booleans(),
    upper=st.none() | st.integers(10**9 + 1, 10**12),
    upper_inclusive=st.booleans(),
)


@given(bounds)
def test_the_words_are_read_back(made: Bounds) -> None:
    read = parse_bounds(made.words())
    assert (read.lower, read.lower_inclusive, read.upper) == (
        made.lower,
        made.lower_inclusive,
        made.upper,
    )
    assert made.upper is None or read.upper_inclusive == made.upper_inclusive


@given(bounds, st.integers(0, 10**12))
def test_an_amount_lies_within_by_plain_comparison(made: Bounds, fen: int) -> None:
    assert made.lower is not None
    expected = fen >= made.lower if made.lower_inclusive else fen > made.lower
    if made.upper is not None:
        expected = expected and (fen <= made.upper if made.upper_inclusive else fen < made.upper)
    assert made.hold(fen) is expected
