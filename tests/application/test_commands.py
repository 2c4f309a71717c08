"""Client-made ids: UUIDv7, unique, in the order of making."""

from uuid import UUID

from sanzhi_desktop.application.commands import new_id


def test_ids_are_uuid_version_7_and_unique() -> None:
    ids = [UUID(new_id()) for _ in range(2000)]
    assert len(set(ids)) == len(ids)
    assert {u.version for u in ids} == {7}
    assert {u.variant for u in ids} == {"specified in RFC 4122"}


def test_ids_carry_the_time_of_making_first() -> None:
    stamps = [UUID(new_id()).int >> 80 for _ in range(200)]
    assert stamps == sorted(stamps)
