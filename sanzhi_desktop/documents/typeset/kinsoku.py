"""Where a line of Chinese may break (避头尾, GB/T 15834-2011 5.1) and what holds together.

Pure rules on characters; widths and pages are unknown here.
"""

import re

# These may not stand at the start of a line …
NO_START = frozenset(
    "，。、；：？！）》〉」』】〕］｝〗〙”’·・—～－‐–ー々％‰℃°′″㎡㎥㎏㎝㎜㎞￠" + ",.;:?!)]}%>"
)
# … and these may not end one.
NO_END = frozenset("（《〈「『【〔［｛〖〘“‘￥＄№§" + "([{<$#@")

# Full-width signs whose right (left) half is blank and may be cut off.
BLANK_RIGHT = frozenset("，。、；：！？）》〉」』】〕］｝〗”’")
BLANK_LEFT = frozenset("（《〈「『【〔［｛〖“‘")

_UNITS = (
    "万元|亿元|平方米|立方米|公里|千克|公斤|毫克|毫升|周岁|小时|分钟|工作日|"
    "[%％‰℃°㎡㎥㎏㎝㎜㎞元年月日号条款项页份人户件次个吨天时分秒米倍岁名处种]"
)
# A Latin or digit word with its unit; dashes and ellipses in pairs; any other single character.
_ATOM = re.compile(rf"[!-~]*[0-9](?:{_UNITS})|[!-~]+|—{{2,}}|…{{2,}}|⸺|.", re.DOTALL)
_WORD = re.compile(r"[!-~]")


def atoms(text: str) -> list[str]:
    """The text cut into the smallest parts between which a line may ever break."""
    return _ATOM.findall(text)


def breakable(before: str, after: str) -> bool:
    """Whether a line may end after the part `before` and the next begin with `after`."""
    if before[-1] in NO_END:
        return False
    if len(after) > 1 and after[0] == "—":
        return True  # a whole 破折号 may begin a line; a single — is a 连接号 and may not
    return after[0] not in NO_START


def is_word(atom: str) -> bool:
    """Whether the part is Latin letters or digits (with their unit)."""
    return bool(_WORD.match(atom))
