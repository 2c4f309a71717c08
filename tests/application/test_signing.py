"""Where a certificate stands in its life, by the days of Asia/Shanghai."""

from datetime import UTC, date, datetime

from sanzhi_desktop.application.signing import Certificate, Term, expiry


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
