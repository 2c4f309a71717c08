"""The words of `resources/read/lexicon.toml` as compiled patterns. No reading here."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product

from sanzhi_desktop import resources


@dataclass(frozen=True, slots=True)
class Named:
    """A name and the pattern that earns it."""

    name: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    labels: dict[str, tuple[str, ...]]
    group_of: dict[str, str]  # label without spaces → its group
    empty: frozenset[str]
    not_a_name: frozenset[str]
    kinds: tuple[Named, ...]
    penalties: tuple[Named, ...]


def _spaced(word: str) -> str:
    return r"[ \t]*".join(re.escape(sign) for sign in word)


def any_of(words: Iterable[str]) -> str:
    """Alternation, longest first; blanks may stand between the signs of a word (当 事 人)."""
    return "|".join(_spaced(word) for word in sorted(words, key=len, reverse=True))


@cache
def lexicon() -> Lexicon:
    """The word lists, read once."""
    data = tomllib.loads(resources.path("read", "lexicon.toml").read_text("utf-8"))
    labels = {group: tuple(words) for group, words in data["labels"].items()}
    for built in data["built"]:
        more = ("".join(parts) for parts in product(*built["parts"]))
        labels[built["group"]] = tuple(dict.fromkeys((*labels[built["group"]], *more)))
    return Lexicon(
        labels=labels,
        group_of={word: group for group, words in labels.items() for word in words},
        empty=frozenset(data["values"]["empty"]),
        not_a_name=frozenset(data["values"]["not_a_name"]),
        kinds=tuple(Named(k["kind"], re.compile(k["title"])) for k in data["kinds"]),
        penalties=tuple(Named(p["kind"], re.compile(p["words"])) for p in data["penalties"]),
    )


@cache
def label_pattern(*groups: str) -> re.Pattern[str]:
    """A label with its colon, in folded text: `当事人(姓名或名称):`, `[案由]`, `二、名称：`.

    Group "label" is the word; the match ends where the value begins.
    """
    own = [word for group in groups for word in lexicon().labels[group]]
    words = any_of(own)
    strong = any_of([word for word in own if len(word) >= 4 or word == "性别"] or ["\x00"])
    return re.compile(
        r"(?:(?:(?<=[\s,;。:(\[、.)\]|])|^)"
        r"(?:单位|企业|公司|个人|当事人|被处罚人|被处罚单位|现|拟|公民|本案|行政)?"
        rf"(?:(?:{words})(?:或者?|/|、))?(?P<label>{words})"
        rf"|(?P<strong>{strong})(?=[ \t]*(?:\([^()\n]{{0,16}}\))?[ \t]*:))"
        r"[ \t]*(?:[(\[][^()\[\]\n:]{0,24}[)\]])?(?:[一二三四五六七八九十\d]{1,2}|[甲乙丙丁])?"
        r"[ \t]*[)\]]?[ \t]*"
        r"(?:(?:姓名|名称)?[ \t]*(?:[:|]|是[:]|为[:])|(?<=\])(?=\S))[ \t]*",
        re.MULTILINE,
    )


def bare_label(text: str) -> str | None:
    """The group of a text that is a label and nothing else (a table cell); None otherwise."""
    word = re.sub(r"[\s:：*]", "", text)
    word = re.sub(r"[(（\[【][^)）\]】]*[)）\]】]", "", word) or word.strip("(（[【)）]】")
    groups = lexicon().group_of
    word = re.split(r"或者?|/|、", word)[-1] if word not in groups else word
    if word in groups:
        return groups[word]
    shorter = re.sub(r"^(?:单位|企业|公司|个人|当事人|被处罚人|拟|本案)", "", word)
    return groups.get(shorter)
