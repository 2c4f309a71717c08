"""Check digits of party numbers against numbers of public bodies and recomputed by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain import identifiers as ids
from sanzhi_desktop.domain.identifiers import IdCheck


def test_the_example_of_the_standards() -> None:
    # GB 11643 prints 11010519491231002X and 440524188001010014 as its examples.
    assert ids.check_resident_id("11010519491231002X") is IdCheck.VALID
    assert ids.check_resident_id("11010519491231002x") is IdCheck.VALID
    assert ids.check_resident_id("440524188001010014") is IdCheck.VALID
    # A listed company's code, known from its public filings.
    assert ids.check_uscc("91350100M000100Y43") is IdCheck.VALID


@pytest.mark.parametrize(
    ("number", "result"),
    [
        ("91350100M000100Y44", IdCheck.CHECK_DIGIT),
        ("91350100M000100Y4", IdCheck.LENGTH),
        ("91350100M000100I43", IdCheck.SIGN),
        ("9153xxxxxxxx46A", IdCheck.MASKED),
        ("91350100M0****0Y43", IdCheck.MASKED),
        ("９１３５０１００Ｍ０００１００Ｙ４３", IdCheck.VALID),
        ("91350100 M000100Y43", IdCheck.VALID),
        ("110105194912310021", IdCheck.CHECK_DIGIT),
        ("110105194913310029", IdCheck.BIRTH_DATE),
        ("110105********002X", IdCheck.MASKED),
        ("11010519491231002X", IdCheck.VALID),
        ("", IdCheck.LENGTH),
    ],
)
def test_party_numbers(number: str, result: IdCheck) -> None:
    assert ids.check_party_id(number) is result


SIGNS = st.sampled_from(ids.USCC_SIGNS)


@given(st.text(SIGNS, min_size=9, max_size=9), st.integers(0, 999_999), st.integers(0, 17), SIGNS)
def test_one_wrong_sign_is_always_found(tail: str, area: int, place: int, sign: str) -> None:
    first = f"91{area:06d}{tail}"
    code = first + ids.uscc_check_sign(first)
    assert ids.check_uscc(code) is IdCheck.VALID
    wrong = code[:place] + sign + code[place + 1 :]
    if wrong != code:
        assert ids.check_uscc(wrong) is not IdCheck.VALID


@given(st.dates(), st.integers(0, 999), st.integers(0, 17), st.integers(0, 9))
def test_one_wrong_digit_of_a_resident_id(born: object, order: int, place: int, digit: int) -> None:
    first = f"430102{str(born).replace('-', '').zfill(8)}{order:03d}"
    number = first + ids.resident_check_sign(first)
    assert ids.check_resident_id(number) is IdCheck.VALID
    wrong = number[:place] + str(digit) + number[place + 1 :]
    if wrong != number:
        assert ids.check_resident_id(wrong) is not IdCheck.VALID


def test_masking_keeps_region_and_last_four() -> None:
    assert ids.mask_resident_id("11010519491231002X") == "110105********002X"
    assert ids.is_masked(ids.mask_resident_id("11010519491231002X"))


@given(st.text(max_size=30))
def test_no_text_breaks_a_check(text: str) -> None:
    assert isinstance(ids.check_party_id(text), IdCheck)
