"""Identity numbers of parties: form and check digit. No case, no registry, no look-up lives here.

GB 32100-2015 统一社会信用代码 (18 signs, modulus 31) and GB 11643-1999 公民身份号码 (18 digits,
ISO 7064 MOD 11-2). A check says what is wrong; whether that stops anybody is decided elsewhere,
because published documents really do carry wrong codes.
"""

import re
from datetime import date
from enum import StrEnum

USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # I, O, S, V, Z are not used by GB 32100
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ID_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_ID_CHECK = "10X98765432"
_MASK_SIGNS = "*＊xX×╳✕○●〇□#…"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class IdCheck(StrEnum):
    """Result of looking at one number."""

    VALID = "valid"
    MASKED = "masked"  # signs were covered before publication; nothing can be checked
    LENGTH = "length"
    SIGN = "sign"  # a sign that the standard does not use
    BIRTH_DATE = "birth_date"
    CHECK_DIGIT = "check_digit"


def compact_number(printed: str) -> str:
    """The number without spaces and hyphens, half-width and in capitals, as it is compared."""
    return re.sub(r"[\s\-—·]", "", printed.translate(_WIDE)).upper()


def is_masked(printed: str) -> bool:
    """True when signs are covered. One single X at the end is a check digit, not a cover."""
    number = re.sub(r"[\s\-—]", "", printed.translate(_WIDE))
    if re.fullmatch(r"\d{17}[Xx×]", number):
        return False
    if any(sign in number for sign in "*＊×╳✕○●〇□#…某"):
        return True
    return re.search(r"[xX]{2,}", number) is not None


def uscc_check_sign(first_17: str) -> str:
    """The 18th sign that belongs to the first 17 (GB 32100-2015, clause 5.3)."""
    total = sum(
        USCC_SIGNS.index(sign) * weight
        for sign, weight in zip(first_17, _USCC_WEIGHTS, strict=True)
    )
    return USCC_SIGNS[-total % 31]


def check_uscc(printed: str) -> IdCheck:
    """Checks a 统一社会信用代码 as it stands on a paper."""
    if is_masked(printed):
        return IdCheck.MASKED
    code = compact_number(printed)
    if len(code) != 18:
        return IdCheck.LENGTH
    if any(sign not in USCC_SIGNS for sign in code) or not code[2:8].isdigit():
        return IdCheck.SIGN
    return IdCheck.VALID if uscc_check_sign(code[:17]) == code[17] else IdCheck.CHECK_DIGIT


def resident_check_sign(first_17: str) -> str:
    """The 18th sign that belongs to the first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _ID_WEIGHTS, strict=True))
    return _ID_CHECK[total % 11]


def check_resident_id(printed: str) -> IdCheck:
    """Checks a 公民身份号码 as it stands on a paper."""
    if is_masked(printed):
        return IdCheck.MASKED
    number = compact_number(printed).replace("×", "X")
    if len(number) != 18:
        return IdCheck.LENGTH
    if re.fullmatch(r"[0-9]{17}[0-9X]", number) is None:
        return IdCheck.SIGN
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return IdCheck.BIRTH_DATE
    return IdCheck.VALID if resident_check_sign(number[:17]) == number[17] else IdCheck.CHECK_DIGIT


def check_party_id(printed: str) -> IdCheck:
    """Checks a number whose kind is not known: either standard may accept it.

    Both kinds have 18 signs. The fault of the more likely kind is reported: letters beside a
    final X make it a 统一社会信用代码, and so does a first sign that no resident ID has (0, 9).
    """
    results = (check_uscc(printed), check_resident_id(printed))
    if IdCheck.VALID in results:
        return IdCheck.VALID
    return results[1] if looks_like_resident_id(printed) else results[0]


def looks_like_resident_id(printed: str) -> bool:
    """True when the form (17 digits, province 1–8, a birth year) is that of a 公民身份号码."""
    number = compact_number(printed)
    return re.fullmatch(r"[1-8]\d{5}(19|20)\d{9}[\dX]", number) is not None


def mask_resident_id(number: str) -> str:
    """The number as it may be published: birth date and order covered (国办发〔2018〕118号 公示)."""
    return f"{number[:6]}{'*' * 8}{number[14:]}" if len(number) == 18 else "*" * len(number)
