"""The history chain: each way of tampering is found and named, and an independent reader agrees."""

import hashlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.audit import (
    GENESIS,
    Break,
    Head,
    Link,
    check_chain,
    entry_text,
    left_out,
    link_hash,
    merkle_root,
)

Chain = tuple[list[Link], Head]


def chain(length: int, case_id: str = "c") -> Chain:
    links: list[Link] = []
    previous = GENESIS
    for seq in range(1, length + 1):
        entry = entry_text({"seq": seq, "case": case_id, "payload": {"事": seq}})
        previous = link_hash(previous, entry)
        links.append(Link(case_id, seq, entry, previous))
    return links, Head(case_id, length, previous)


def rewritten(links: list[Link], place: int, entry: str) -> list[Link]:
    """The chain with one entry changed and every hash after it computed again."""
    made = links[:place]
    for link in links[place:]:
        text = entry if link.seq == place + 1 else link.entry
        made.append(
            Link(link.case_id, link.seq, text, link_hash(made[-1].hash if made else GENESIS, text))
        )
    return made


def test_a_whole_chain_is_whole() -> None:
    for length in range(1, 5):
        assert check_chain(*chain(length)) is None


def test_the_hash_is_plain_sha256_of_text() -> None:
    links, _ = chain(1)
    assert links[0].hash == hashlib.sha256((("0" * 64) + links[0].entry).encode()).hexdigest()


@given(
    payload=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_entries_have_one_text(payload: object) -> None:
    text = entry_text({"b": payload, "a": 1})
    assert text.startswith('{"a":1,"b":')
    assert json.loads(text) == {"a": 1, "b": payload}
    assert entry_text(json.loads(text)) == text


def _edit(links: list[Link], head: Head) -> Chain:
    return [links[0], Link("c", 2, links[1].entry.replace("2", "9"), links[1].hash),
            *links[2:]], head  # fmt: skip


def _cut_middle(links: list[Link], head: Head) -> Chain:
    return [links[0], *links[2:]], head


def _cut_first(links: list[Link], head: Head) -> Chain:
    return links[1:], head


def _swap(links: list[Link], head: Head) -> Chain:
    return [
        links[0],
        Link("c", 2, links[2].entry, links[2].hash),
        Link("c", 3, links[1].entry, links[1].hash),
        *links[3:],
    ], head


def _cut_last(links: list[Link], head: Head) -> Chain:
    return links[:-1], head


def _rewrite(links: list[Link], head: Head) -> Chain:
    return rewritten(links, 1, entry_text({"seq": 2, "forged": True})), head


def _add(links: list[Link], head: Head) -> Chain:
    return chain(len(links) + 1)[0], head


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (_edit, Break("c", 2, "edited")),
        (_cut_middle, Break("c", 2, "deleted")),
        (_cut_first, Break("c", 1, "deleted")),
        (_swap, Break("c", 2, "reordered")),
        (_cut_last, Break("c", 5, "truncated")),
        (_rewrite, Break("c", 5, "head")),
        (_add, Break("c", 5, "head")),
    ],
)
def test_each_way_of_tampering_is_named(
    tamper: Callable[[list[Link], Head], Chain], found: Break
) -> None:
    assert check_chain(*tamper(*chain(5))) == found


def test_a_chain_without_a_head_and_a_head_without_a_chain() -> None:
    links, head = chain(2)
    assert check_chain(links, None) == Break("c", 2, "head")
    assert check_chain([], head) == Break("c", 1, "truncated")


def test_rewriting_everything_changes_the_root() -> None:
    heads = [chain(3, f"case{n}")[1] for n in range(7)]
    root = merkle_root(heads)
    links, _ = chain(3, "case4")
    forged = rewritten(links, 0, entry_text({"seq": 1, "forged": True}))
    again = [h if h.case_id != "case4" else Head("case4", 3, forged[-1].hash) for h in heads]
    assert check_chain(forged, again[4]) is None, "the chain alone does not show it"
    assert merkle_root(again) != root


@given(st.lists(st.integers(0, 10**6), unique=True, min_size=1, max_size=40), st.randoms())
def test_the_root_does_not_depend_on_the_order_of_asking(numbers: list[int], dice: object) -> None:
    heads = [Head(f"{n}", 1, hashlib.sha256(str(n).encode()).hexdigest()) for n in numbers]
    assert merkle_root(heads) == merkle_root(list(reversed(heads)))
    assert merkle_root(heads[:-1]) != merkle_root(heads)


def test_roots_of_few_chains_by_hand() -> None:
    def leaf(head: Head) -> bytes:
        return hashlib.sha256(b"\0" + f"{head.case_id}|{head.seq}|{head.hash}".encode()).digest()

    a, b, c = (Head(n, 1, n * 64) for n in "abc")
    ab = hashlib.sha256(b"\1" + leaf(a) + leaf(b)).digest()
    assert merkle_root([]) == hashlib.sha256(b"").hexdigest()
    assert merkle_root([a]) == leaf(a).hex()
    assert merkle_root([b, a]) == ab.hex()
    assert merkle_root([a, b, c]) == hashlib.sha256(b"\1" + ab + leaf(c)).hexdigest()


def test_secrets_and_bytes_stay_out_of_history() -> None:
    payload = {
        "document": {"sha256": "x", "pdf": "QUJD"},
        "image": "QUJD",
        "argon2": "$argon2id$",
        "person_id": "r1",
    }
    assert left_out(payload) == {"document": {"sha256": "x"}, "person_id": "r1"}
    assert left_out({"document": "no mapping"}) == {"document": "no mapping"}
