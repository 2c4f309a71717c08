"""Tables of the keyed tags of a history. On a server they stay empty, because nobody owns its file.

Must not: what a tag is (`domain.history_tag`), or keeping and checking them (`tags`).
"""

from sanzhi_desktop.persistence.columns import at, key, table, text, whole

# One tag per chain, over its last entry that was written with the key.
history_tag = table(
    "history_tag",
    text("chain"),  # the case's id; '' is the office's own chain
    whole("seq", None),
    key("tag"),
    key=("chain",),
)

# The sum over all tags, sealed; which key, named without telling it.
history_seal = table(
    "history_seal",
    key("key_id"),
    key("nonce"),
    key("seal"),
    at("made_at", nullable=False),
    key=(),
)
