"""The tables of what people do around a case: openings, reminders, further opinions.

Must not: triggers (`walls`), or what a command writes (`office_life_effects`).
"""

import sqlalchemy as sa

from sanzhi_desktop.persistence.columns import at, day, key, table, text, to, whole

# Who of the receiving side looked at the case at which version: a sender may take a step back
# only while nobody has.
opening = table(
    "opening",
    key("case_id"),
    whole("version", None),
    key("person_id"),
    at("opened_at", nullable=False),
    to("case_", "case_id"),
    key=("case_id", "version", "person_id"),
)

reminder = table(
    "reminder",
    key("case_id"),
    key("reminder_id"),
    key("sender"),
    key("addressee"),
    key("text"),
    day("until"),
    at("sent_at", nullable=False),
    sa.CheckConstraint("trim(text) <> ''", name="text"),
    to("case_", "case_id"),
    key=("case_id", "reminder_id"),
)

second_opinion = table(
    "second_opinion",
    key("case_id"),
    key("request_id"),
    key("asked_by"),
    key("asked_of"),
    key("question"),
    day("until"),
    at("asked_at", nullable=False),
    text("opinion"),
    at("given_at"),
    sa.CheckConstraint("trim(question) <> ''", name="question"),
    sa.CheckConstraint("asked_by <> asked_of", name="asked_of_another"),
    sa.CheckConstraint("(given_at is null) = (opinion = '')", name="given_whole"),
    to("case_", "case_id"),
    key=("case_id", "request_id"),
)
