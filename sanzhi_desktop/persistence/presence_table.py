"""Who has which case open: a hint on the screen of others, no record and no part of any history.

Lives here: the table. Must not: the function that writes it (`beat_functions`).
"""

import sqlalchemy as sa

from sanzhi_desktop.persistence.columns import at, key, table, whole

presence = table(
    "presence",
    key("case_id"),
    key("person_id"),
    at("seen_at", nullable=False),
    # The session that said so: its number and when it began. Where it has ended, nobody is there.
    whole("pid"),
    at("since"),
    key=("case_id", "person_id"),
)
sa.Index("ix_presence_seen_at", presence.c.office_id, presence.c.seen_at)
