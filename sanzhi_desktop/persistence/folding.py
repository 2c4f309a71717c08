"""Text as a search compares it: the same for full and half width, for every kind of bracket.

Lives here: the table of characters, for Python and for PostgreSQL. Must not: queries (`finding`).
"""

_FULL = "".join(map(chr, range(0xFF01, 0xFF5F)))
_HALF = "".join(map(chr, range(0x21, 0x7F)))
_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
# Nobody remembers which bracket or dash a number was written with, and nobody types a wildcard.
DROPPED = (
    " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\t\r\n\u00a0\u3000"
    "·、。〈〉《》「」『』【】〔〕〖〗“”‘’…—–―￥¥×"
)
BETWEEN = "|"  # stands between the parts of a case's text; never in what somebody looks for

_HALF_SMALL = (_HALF + _UPPER).translate(str.maketrans(_UPPER, _LOWER))
_SMALL = str.maketrans(_FULL + _UPPER, _HALF_SMALL)
_BARE = str.maketrans("", "", DROPPED)


def fold(text: str) -> str:
    """Half width, small letters, without brackets, dashes, points and spaces."""
    return text.translate(_SMALL).translate(_BARE)


def words(text: str) -> tuple[str, ...]:
    """What somebody typed, apart at the spaces; each must be found, wherever it stands."""
    return tuple(dict.fromkeys(folded for part in text.split() if (folded := fold(part))))


def _literal(text: str) -> str:
    escapes = {"\\": "\\\\", "'": "\\'", "\t": "\\t", "\r": "\\r", "\n": "\\n",
               "\u00a0": "\\u00A0", "\u3000": "\\u3000"}  # fmt: skip
    return "E'" + "".join(escapes.get(c, c) for c in text) + "'"


def fold_function(safe: str) -> str:
    """CREATE FUNCTION of `app.fold`: the same in PostgreSQL, whatever its locale."""
    return f"""create function app.fold(p_text text) returns text
language sql immutable {safe} as $$
  select translate(translate(coalesce(p_text, ''),
    {_literal(_FULL + _UPPER)},
    {_literal(_HALF_SMALL)}),
    {_literal(DROPPED)}, '')
$$;"""
