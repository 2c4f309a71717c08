"""`sanzhi profile` and `sanzhi scope`: shapes, exit codes, and nothing but JSON on stdout."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.admin import profile as profile_verb
from sanzhi_desktop.admin import scope as scope_verb
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import ProfileFault
from sanzhi_desktop.resources.sentences import explain


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    profile_verb.add(commands)
    scope_verb.add(commands)
    args = parser.parse_args(words)
    code = args.run(args)
    assert isinstance(code, int)
    return code


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = run(*words, "--json")
    return code, json.loads(capsys.readouterr().out)


def test_show_has_the_published_shape(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = said(capsys, "profile", "show", "shucheng")
    assert code == 0
    assert set(shown) >= {"id", "name", "edition", "rules"}
    rule = shown["rules"]["review.limit"]
    assert {k: rule[k] for k in ("value", "unit", "open")} == {
        "value": 5,
        "unit": "working_day",
        "open": False,
    }
    assert rule["source"]["document"] == "舒应急〔2019〕85号"
    assert rule["source"]["quote"] == "法制审核原则上在5个工作日之内完成"
    opened = shown["rules"]["review.extension"]
    assert opened["open"] is True
    assert opened["value"] is None


def test_one_rule_comes_with_its_special_cases(capsys: pytest.CaptureFixture[str]) -> None:
    _, shown = said(capsys, "profile", "show", "zhengzhou", "--rule", "gate.fail_blocks")
    assert list(shown["rules"]) == ["gate.fail_blocks", "gate.fail_blocks.penalty"]
    assert shown["rules"]["gate.fail_blocks"]["value"] is False
    assert shown["rules"]["gate.fail_blocks.penalty"]["value"] is True
    assert "更严" in shown["rules"]["gate.fail_blocks.penalty"]["why"]


def test_national_publishes_the_keys(capsys: pytest.CaptureFixture[str]) -> None:
    _, shown = said(capsys, "profile", "show", "national")
    assert "review.limit" in shown["rules"]
    assert len(shown["rules"]) > 150


def test_list_names_all(capsys: pytest.CaptureFixture[str]) -> None:
    _, shown = said(capsys, "profile", "list")
    assert {p["id"] for p in shown["profiles"]} == {
        *("national", "hunan", "tianxin", "shucheng", "zhengzhou", "yueyanglou", "haimen"),
    }


def test_diff_tells_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = said(capsys, "profile", "diff", "shucheng", "zhengzhou")
    assert code == 0
    changed = {one["key"]: one for one in shown["changes"]}
    assert changed["review.limit"]["left"]["value"] == 5
    assert changed["review.limit"]["right"]["open"] is True
    assert changed["gate.fail_blocks"]["right"]["value"] is False
    assert "clock.penalty.decision" not in changed


def test_check_says_yes_and_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = resources.path("profiles", "examples", "shilixian.toml")
    assert said(capsys, "profile", "check", str(good)) == (0, {"valid": True, "faults": []})
    bad = tmp_path / "bad.toml"
    bad.write_text(good.read_text("utf-8").replace("value = 7\n", "value = -1\n", 1), "utf-8")
    code, shown = said(capsys, "profile", "check", str(bad))
    assert code == 1
    assert shown["valid"] is False
    (fault,) = shown["faults"]
    assert bad.read_text("utf-8").splitlines()[fault["line"] - 1] == "value = -1"
    assert fault["key"] == "review.limit"
    assert fault["file"] == str(bad)
    assert "-1" in fault["reason"]
    assert fault["remedy"]


def test_a_profile_of_ones_own_can_be_shown_and_scoped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = str(resources.path("profiles", "examples", "shilixian.toml"))
    _, shown = said(capsys, "profile", "show", own, "--rule", "review.limit")
    assert shown["rules"]["review.limit"]["value"] == 7
    case = tmp_path / "case.json"
    case.write_text('{"kind": "行政处罚", "amount_yuan": 60000, "party_type": "法人"}', "utf-8")
    _, answer = said(capsys, "scope", "--profile", own, "--case", str(case))
    assert answer["needs_review"] is True
    assert answer["because"][0]["article"] == "第七条"


def test_scope_has_the_published_shape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.json"
    case.write_text(
        '{"kind": "行政处罚", "procedure": "普通", "decider": "department", "criteria": []}',
        "utf-8",
    )
    code, answer = said(capsys, "scope", "--profile", "zhengzhou", "--case", str(case))
    assert code == 0
    assert answer["needs_review"] is True
    assert answer["reviewers"]
    assert answer["because"][0]["criterion"] == "ordinary_penalty"
    assert answer["because"][0]["document"] == "郑政办〔2019〕49号"
    assert answer["because"][0]["article"].endswith("2. 明确审核范围。")
    code, answer = said(capsys, "scope", "--profile", "shucheng", "--case", str(case))
    assert (code, answer) == (0, {"needs_review": False, "reviewers": [], "because": []})


@pytest.mark.parametrize(
    "words",
    [
        ("profile", "show", "shucheng"),
        ("profile", "list"),
        ("profile", "diff", "shucheng", "tianxin"),
    ],
)
def test_people_get_chinese_lines(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 0
    assert "舒城" in capsys.readouterr().out or words[1] == "diff"


@pytest.mark.parametrize(
    "words",
    [
        ("profile", "show", "atlantis"),
        ("profile", "show", "shucheng", "--rule", "review.limits"),
        ("profile", "check", "nowhere.toml"),
        ("profile", "diff", "shucheng", "atlantis"),
        ("scope", "--profile", "shucheng", "--case", "nowhere.json"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_a_sentence(words: tuple[str, ...]) -> None:
    with pytest.raises(DomainError) as caught:
        run(*words)
    text = explain(caught.value)
    assert "…" not in text
    assert caught.value.code.value not in text


@pytest.mark.parametrize("text", ["{", "[1", "\xff", "{'kind': 1}"])
def test_a_case_that_is_no_json_is_an_error(text: str, tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    case.write_bytes(text.encode("latin-1"))
    with pytest.raises(DomainError):
        run("scope", "--profile", "shucheng", "--case", str(case))


def test_a_refused_file_cannot_be_shown(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('id = "x"', "utf-8")
    with pytest.raises(DomainError) as caught:
        run("profile", "show", str(bad))
    assert caught.value.code is ProfileFault.REFUSED


def test_an_own_decision_without_phrase_is_cited_without_empty_quotation_marks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    office = str(resources.path("profiles", "examples", "office.toml"))
    assert run("profile", "show", office) == 0
    assert run("profile", "diff", "national", office) == 0
    assert "“”" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("scope", "--profile", "shucheng", "--case", "nowhere.json"),
        ("profile", "check", "nowhere.toml"),
    ],
    ids=" ".join,
)
def test_a_missing_file_is_told_in_chinese(words: tuple[str, ...]) -> None:
    with pytest.raises(DomainError) as caught:
        run(*words)
    assert "文件不存在" in explain(caught.value)
