"""A layer written as TOML reads back as it was."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop import resources
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.profiles.write import as_toml

TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
SCALAR = TEXT | st.booleans() | st.integers(-(2**62), 2**62) | st.dates()
ROW = st.dictionaries(TEXT.filter(bool), SCALAR, min_size=1, max_size=4)
TABLE = st.dictionaries(
    TEXT.filter(bool), SCALAR | st.lists(SCALAR, max_size=3) | ROW | st.lists(ROW, max_size=3)
)


@given(
    rules=st.dictionaries(TEXT, TABLE, max_size=4), documents=st.dictionaries(TEXT, ROW, max_size=3)
)
def test_any_tables_read_back(rules: dict[str, Any], documents: dict[str, Any]) -> None:
    layer = {"id": "office", "name": "某局", "edition": "1", "extends": "shucheng"}
    back = tomllib.loads(as_toml({**layer, "documents": documents, "rules": rules}))
    assert back.get("rules", {}) == rules
    assert back.get("documents", {}) == documents
    assert {name: back[name] for name in layer} == layer


@pytest.mark.parametrize("name", ["tianxin", "shucheng", "zhengzhou", "yueyanglou", "haimen"])
def test_a_shipped_profile_reads_back(name: str) -> None:
    data = tomllib.loads(resources.path("profiles", f"{name}.toml").read_text("utf-8"))
    assert tomllib.loads(as_toml(data)) == data


def test_an_office_layer_from_json_has_its_dates() -> None:
    """Tables that went through JSON carry dates as text; both forms are taken."""
    layer = {
        "id": "office",
        "name": "某局",
        "edition": "2026-09-01",
        "extends": "shucheng",
        "effective_from": "2026-09-01",
        "documents": {"纪要": {"title": "纪要", "rank": "office", "date": "2026-08-20"}},
        "rules": {"review.start": {"value": "receipt", "document": "纪要"}},
    }
    from_tables = profiles.with_office("shucheng", layer)
    from_text = profiles.with_office("shucheng", as_toml(layer))
    assert from_tables == from_text
    assert str(from_tables.effective_from) == "2026-09-01"
    assert from_tables.review_start() == "receipt"
