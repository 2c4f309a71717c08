"""The shipped checklist: complete by kind and weight, cited, worded, switched by layer."""

import re
from collections import Counter
from pathlib import Path

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.domain.checks import COMPUTED
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Dimension, Weight
from sanzhi_desktop.resources.checklists import load, shipped

LIST = shipped()
EVERYWHERE = frozenset({"national", "hunan", "tianxin", "shucheng", "zhengzhou", "yueyanglou"})

# kind → items, vetoes, serious, formal, as the review list of the law was drawn up
COUNTS = {
    Kind.PENALTY: (83, 35, 44, 4),
    Kind.PERMIT: (41, 17, 20, 4),
    Kind.COERCION: (49, 21, 24, 4),
    Kind.INSPECTION: (34, 12, 17, 5),
    Kind.EXPROPRIATION: (35, 16, 15, 4),
    Kind.FEE: (31, 11, 16, 4),
}


@pytest.mark.parametrize("kind", COUNTS)
def test_counts_by_kind_and_weight(kind: Kind) -> None:
    found = LIST.applicable(kind, EVERYWHERE)
    weights = Counter(item.weight for item in found)
    assert (
        len(found),
        weights[Weight.VETO],
        weights[Weight.SERIOUS],
        weights[Weight.FORMAL],
    ) == COUNTS[kind]


def test_all_items_are_there() -> None:
    numbers = {"A": 12, "B": 10, "C": 38, "D": 17, "E": 17, "F": 12, "G": 8}
    expected = {f"{letter}{n:02d}" for letter, last in numbers.items() for n in range(1, last + 1)}
    assert {item.id for item in LIST.items} == expected
    assert len(LIST.items) == 114


def test_dimensions_follow_the_letters() -> None:
    by_letter = {
        "A": {Dimension.SUBJECT},
        "B": {Dimension.POWERS},
        "C": {Dimension.PROCEDURE},
        "D": {Dimension.EVIDENCE},
        "E": {Dimension.LAW, Dimension.DISCRETION},
        "F": {Dimension.DOCUMENTS},
        "G": {Dimension.TRANSFER},
    }
    assert all(item.dimension in by_letter[item.id[0]] for item in LIST.items)
    assert {item.dimension for item in LIST.items} == set(Dimension)


def test_local_items_need_their_layer_and_no_others_do() -> None:
    local = {item.id for item in LIST.items if item.layers}
    assert local == {"D16", "F02", "F09"}
    for item in LIST.items:
        layers = {cited.document.layer for cited in item.basis}
        # An item is local exactly when everything that it rests on is local.
        assert (item.id in local) == ("" not in layers)
        if item.id in local:
            assert item.layers >= layers


def test_layers_switch_items_and_citations() -> None:
    bare = {item.id for item in LIST.applicable(Kind.PENALTY, {"national", "haimen"})}
    assert not bare & {"D16", "F02", "F09"}
    assert "F02" in {i.id for i in LIST.applicable(Kind.PENALTY, {"national", "hunan"})}
    assert "F09" in {i.id for i in LIST.applicable(Kind.PENALTY, {"national", "shucheng"})}
    handlers = LIST.item("A07")
    assert handlers.basis_text(Kind.PENALTY, {"national"}) == "《行政处罚法》第四十二条"
    assert handlers.basis_text(Kind.PENALTY, {"national", "hunan"}) == (
        "《行政处罚法》第四十二条；《湖南省行政程序规定》第六十六条"
    )
    assert handlers.basis_text(Kind.COERCION, ()) == "《行政强制法》第十七条、第十八条"
    assert handlers.basis_text(Kind.INSPECTION, ()).startswith("参照")


def test_every_item_has_basis_and_wording() -> None:
    for item in LIST.items:
        assert item.basis, item.id
        for text in (item.finding, item.suggestion):
            assert text.endswith("。"), item.id
            assert "(" not in text, item.id
        assert item.finding != item.text, item.id
    for field in ("text", "finding", "suggestion"):
        values = Counter(getattr(item, field) for item in LIST.items)
        assert max(values.values()) == 1, field


def test_articles_are_written_as_the_law_writes_them() -> None:
    pattern = re.compile(
        r"第[一二三四五六七八九十百零]+条(至第[一二三四五六七八九十百零]+条)?|（[一二三四五六七八九十]+）|[一二三]、（[一二三]）\d?"
    )
    for item in LIST.items:
        for cited in item.basis:
            assert all(pattern.fullmatch(article) for article in cited.articles), item.id
            # A statute is never cited without article; a circular or 专门规定 may be as a whole.
            assert cited.articles or not cited.document.name.startswith("《"), item.id


def test_every_citable_document_is_cited() -> None:
    cited = {c.document.id for item in LIST.items for c in item.basis}
    text = (resources.path("checklists") / "sources.toml").read_text("utf-8")
    assert cited == set(re.findall(r'^\[sources\."(.+)"\]$', text, re.MULTILINE))


def test_every_computed_check_exists_and_is_used() -> None:
    assert {item.computed for item in LIST.items if item.computed} == set(COMPUTED)


def write(folder: Path, item: str) -> Path:
    folder.joinpath("sources.toml").write_text(
        'edition = "1"\n[sources."法"]\nname = "《法》"\ntitle = "法"\n', "utf-8"
    )
    folder.joinpath("law.toml").write_text('dimension = "LAW"\n[[item]]\n' + item, "utf-8")
    return folder


GOOD = (
    'id = "E01"\ntext = "t"\nkinds = ["all"]\nweight = "VETO"\n'
    'basis = [{ document = "法" }]\nfinding = "f"\nsuggestion = "s"\n'
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('weight = "VETO"\n', ""),
        ('"法"', '"别的法"'),
        ('[{ document = "法" }]', "[]"),
        ('kinds = ["all"]', 'kinds = ["war"]'),
        ('finding = "f"', 'finding = "f"\nnew = 1'),
        ('suggestion = "s"\n', 'suggestion = "s"\n[[item]]\n' + GOOD),
    ],
)
def test_a_mistake_in_the_files_is_found(tmp_path: Path, old: str, new: str) -> None:
    assert len(load(write(tmp_path, GOOD)).items) == 1
    with pytest.raises(ValueError, match=r"law\.toml|war"):
        load(write(tmp_path, GOOD.replace(old, new)))
