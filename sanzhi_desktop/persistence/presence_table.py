"""Who has which case open: a hint on the screen of others, no record and no part of any history.

Lives here: the table. Must not: the function that writes it (`beat_functions`).
"""

import sqlalchemy as sa

from sanzhi_desktop.persistence.columns import at, key, table

presence = table(
    "presence",
    key("case_id"),
    key("person_id"),
    at("seen_at", nullable=False),
    key=("case_id", "person_id"),
)
sa.Index("ix_presence_seen_at", presence.c.office_id, presence.c.seen_at)
