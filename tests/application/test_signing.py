"""Where a certificate stands in its life, by the days of Asia/Shanghai; who signs which paper."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.application.signing import Certificate, Term, expiry, fields_fit


def certificate(not_before: datetime, not_after: datetime) -> Certificate:
    return Certificate("甲", "", "", "1", "f", not_before, not_after, "EC-256", True, b"")


def test_the_last_day_is_a_day_of_shanghai() -> None:
    made = certificate(
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 9, 18, 17, 0, tzinfo=UTC),  # 19 September, one in the morning, in Shanghai
    )
    assert expiry(made, date(2026, 9, 19)).days == 0
    assert expiry(made, date(2026, 9, 19)).term is Term.EXPIRING
    assert expiry(made, date(2026, 9, 20)).term is Term.EXPIRED


def test_a_certificate_made_late_in_the_evening_of_utc_begins_the_next_day_here() -> None:
    made = certificate(datetime(2026, 9, 18, 22, 30, tzinfo=UTC), datetime(2028, 9, 18, tzinfo=UTC))
    assert expiry(made, date(2026, 9, 18)).term is Term.NOT_YET
    assert expiry(made, date(2026, 9, 19)).term is Term.VALID


@pytest.mark.parametrize(
    ("kind", "names", "fit"),
    [
        ("opinion", ["Reviewer", "Head"], True),
        ("opinion", ["Head", "Reviewer"], False),
        ("opinion", ["Reviewer", "Head", "Third"], False),
        ("record", ["Handler", "Reviewer"], True),
        ("record", ["Reviewer", "Handler"], False),
        ("responsibility", ["Head"], True),
        ("transfer", ["Head"], True),
        ("transfer", [], False),
        ("minutes", ["Recorder", "Member1", "Chair"], True),
        ("minutes", ["Recorder", "Chair"], False),
        ("minutes", ["Recorder"], False),
        ("minutes", [], False),
        ("minutes", ["Recorder", "Member1", "Member3", "Chair"], False),
        ("minutes", ["Recorder", "Member1", "Member1", "Chair"], False),
        ("minutes", ["Chair", "Member1", "Recorder"], False),
    ],
)
def test_each_kind_of_paper_has_exactly_its_signatures(
    kind: str, names: list[str], fit: bool
) -> None:
    assert fields_fit(kind, names) is fit


@given(members=st.integers(1, 60))
def test_minutes_have_as_many_members_as_were_present(members: int) -> None:
    names = ["Recorder", *(f"Member{place}" for place in range(1, members + 1)), "Chair"]
    assert fields_fit("minutes", names)
    assert not fields_fit("minutes", [*names[:-2], names[-1], names[-2]])
