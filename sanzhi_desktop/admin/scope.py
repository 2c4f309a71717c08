"""`sanzhi scope`: whether a decision has to be reviewed, by whom and because of what."""

import argparse
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.domain.errors import Code, DomainError

if TYPE_CHECKING:
    from sanzhi_desktop.domain.scope import ScopeAnswer


class CaseFileFault(Code):
    """Why the file with the case cannot be used."""

    UNREADABLE = "scope.file_unreadable"
    NOT_JSON = "scope.file_not_json"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = commands.add_parser("scope", help="判断一项拟作决定是否属于法制审核范围、由谁审核")
    parser.add_argument(
        "--profile", required=True, metavar="ID", help="规则方案编号，或 .toml 文件"
    )
    parser.add_argument("--case", required=True, type=Path, metavar="FILE.json", help="案件要素")
    parser.add_argument("--json", action="store_true", help="输出一份 JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 whether or not a review is needed; unreadable input raises DomainError."""
    from sanzhi_desktop.domain.scope import decide_scope
    from sanzhi_desktop.domain.scope_input import read_case
    from sanzhi_desktop.resources import profiles

    profile = profiles.load(args.profile)
    answer = decide_scope(profile, read_case(_read(args.case), profile))
    if args.json:
        json.dump(as_dict(answer), sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        _show(answer)
    return 0


def _read(path: Path) -> Any:
    from sanzhi_desktop.resources.profiles import REASONS

    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        reason = REASONS.get(error.errno or 0, error.strerror or "无法打开")
        raise DomainError(CaseFileFault.UNREADABLE, file=str(path), reason=reason) from error
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise DomainError(CaseFileFault.NOT_JSON, file=str(path), line=line) from error


def as_dict(answer: "ScopeAnswer") -> dict[str, Any]:
    """The public JSON shape."""
    return {
        "needs_review": answer.needs_review,
        "reviewers": list(answer.reviewers),
        "because": [
            {
                "criterion": one.criterion,
                "document": one.source.document,
                "article": one.source.article,
                "name": one.name,
                "quote": one.source.quote,
            }
            for one in answer.because
        ],
    }


def _show(answer: "ScopeAnswer") -> None:
    if not answer.needs_review:
        print("不属于法制审核范围：没有符合的情形。")
        return
    print("应当进行法制审核。")
    print("审核机构：" + "，然后".join(answer.reviewers))
    for one in answer.because:
        print(f"  - {one.name}：{one.source.with_quote()}")
