"""`sanzhi profile list | show | check | diff`: rule profiles, resolved, with their sources."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sanzhi_desktop.domain.profile import Profile
    from sanzhi_desktop.domain.rule import Rule


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb and its parts."""
    verb = commands.add_parser("profile", help="查看、检查、比较规则方案")
    parts = verb.add_subparsers(dest="part", required=True, metavar="list|show|check|diff")

    listing = parts.add_parser("list", help="列出随程序提供的规则方案")
    listing.set_defaults(run=run_list)

    show = parts.add_parser("show", help="显示一个方案的全部规则，或者其中一条")
    show.add_argument("id", metavar="ID", help="方案编号，或 .toml 文件")
    show.add_argument("--rule", metavar="KEY", help="只显示这一个规则键")
    show.set_defaults(run=run_show)

    check = parts.add_parser("check", help="检查一个方案文件，逐条说明问题")
    check.add_argument("file", metavar="FILE", type=Path)
    check.set_defaults(run=run_check)

    diff = parts.add_parser("diff", help="逐条比较两个方案")
    diff.add_argument("left", metavar="ID")
    diff.add_argument("right", metavar="ID")
    diff.set_defaults(run=run_diff)

    for part in (listing, show, check, diff):
        part.add_argument("--json", action="store_true", help="输出一份 JSON")


def _print_json(shown: Any) -> None:
    json.dump(shown, sys.stdout, ensure_ascii=False, indent=2)
    print()


def run_list(args: argparse.Namespace) -> int:
    """Lists the shipped profiles."""
    from sanzhi_desktop.resources import profiles

    heads = profiles.heads()
    if args.json:
        shown = [
            {"id": h.id, "name": h.name, "edition": h.edition, "extends": h.extends or None}
            for h in heads
        ]
        _print_json({"profiles": shown})
        return 0
    for head in heads:
        below = f"（依托 {head.extends}）" if head.extends else ""
        print(f"{head.id:12} {head.edition:12} {head.name}{below}")
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Shows a resolved profile."""
    from sanzhi_desktop.resources import profiles

    profile = profiles.load(args.id)
    keys = _family(profile, args.rule) if args.rule else list(profile.rules)
    if args.json:
        _print_json(profile.as_dict(keys))
        return 0
    print(
        f"{profile.name}（{profile.id}，版本 {profile.edition}，依次依托 {' → '.join(profile.layers)}）"
    )
    for key in keys:
        _show_rule(profile, profile.rule(key))
    return 0


def _family(profile: "Profile", key: str) -> list[str]:
    """The key and its special cases (gate.fail_blocks, gate.fail_blocks.penalty …)."""
    profile.rule(key)
    return [one for one in profile.rules if one == key or one.startswith(f"{key}.")]


def _show_rule(profile: "Profile", rule: "Rule") -> None:
    from sanzhi_desktop.resources.profiles.compare import value_in_words

    state = "【未规定，由本单位设定】" if rule.open else value_in_words(rule)
    layer = "" if rule.layer in ("", profile.id) else f"［{rule.layer}］"
    print(f"\n{rule.key}  {rule.title}{layer}\n    {state}")
    if rule.default:
        print(f"    全国缺省：{value_in_words(rule.default)}")
    for source in ((rule.source,) if rule.source else ()) + rule.also:
        print(f"    依据：{source.with_quote()}")
    if rule.why:
        print(f"    {rule.why}")
    if rule.note:
        print(f"    说明：{rule.note}")


def run_check(args: argparse.Namespace) -> int:
    """Checks a file: 0 it may be used, 1 it is refused; an unreadable file raises DomainError."""
    from sanzhi_desktop.resources import profiles

    flaws = profiles.check_file(args.file)
    if args.json:
        _print_json({"valid": not flaws, "faults": [flaw.as_dict() for flaw in flaws]})
    elif not flaws:
        print(f"{args.file}：可以使用。")
    else:
        print(f"{args.file}：有 {len(flaws)} 处问题，不能使用。")
        for flaw in flaws:
            print(f"  {flaw.file}:{flaw.line}  {flaw.key}\n    {flaw.reason}\n    {flaw.remedy}")
    return 1 if flaws else 0


def run_diff(args: argparse.Namespace) -> int:
    """Compares two profiles: 0 with or without differences."""
    from sanzhi_desktop.resources import profiles
    from sanzhi_desktop.resources.profiles.compare import changes, value_in_words

    left, right = profiles.load(args.left), profiles.load(args.right)
    found = changes(left, right)
    if args.json:
        _print_json({"changes": [change.as_dict() for change in found]})
        return 0
    if not found:
        print("两个方案没有差别。")
    for change in found:
        print(f"{change.key}  {change.left.title}")
        for profile, rule in ((left, change.left), (right, change.right)):
            source = f"  {rule.source.with_quote()}" if rule.source else ""
            words = value_in_words(rule)
            if rule.open and rule.default:
                words += f"（全国缺省：{value_in_words(rule.default)}）"
            print(f"    {profile.id}: {words}{source}")
    return 0
