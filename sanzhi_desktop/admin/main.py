"""The command line's outermost frame: finds the verb, turns every failure into a sentence.

Exit 0: done and true; 1: done and the answer is no; 2: wrong usage or input that cannot be read.
"""

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence

from sanzhi_desktop import __version__
from sanzhi_desktop.admin.usage_words import ChineseParser
from sanzhi_desktop.domain.errors import DomainError

# verb → the module that adds it; only the module of the verb at hand is imported
VERBS: dict[str, str] = {
    "demo": "demo",
    "read": "read",
    "profile": "profile",
    "scope": "scope",
    "deadline": "deadline",
    "verify": "verify",
    "db": "db",
    "user": "user",
    "audit": "audit",
    "backup": "backup",
    "restore": "restore",
    "move": "move",
    "export": "export",
    "blob": "blob",
    "selftest": "selftest",
}


def _parser(verb: str | None) -> argparse.ArgumentParser:
    parser = ChineseParser(
        prog="sanzhi",
        description="三制法审：重大执法决定法制审核。不带参数运行 sanzhi 打开桌面程序。",
    )
    parser.add_argument(
        "--version", action="version", version=f"sanzhi {__version__}", help="显示版本"
    )
    commands = parser.add_subparsers(
        dest="verb", metavar="命令", title="命令", parser_class=ChineseParser
    )
    wanted = [VERBS[verb]] if verb in VERBS else VERBS.values()
    for name in dict.fromkeys(wanted):
        importlib.import_module(f"sanzhi_desktop.admin.{name}").add(commands)
    return parser


def main(arguments: Sequence[str]) -> int:
    """Runs one verb and returns its exit code. No traceback ever reaches the user, unless
    SANZHI_DEBUG is set."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    verb = next((a for a in arguments if not a.startswith("-")), None)
    parser = _parser(verb)
    args = parser.parse_args(list(arguments))
    if not hasattr(args, "run"):
        parser.print_help(sys.stderr)
        return 2
    try:
        return int(args.run(args))
    except DomainError as error:
        from sanzhi_desktop.resources.sentences import explain

        print(explain(error), file=sys.stderr)
    except BrokenPipeError:
        # The reader of our output went away (| head): not our failure, and nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("已中断，未完成的步骤没有写入。", file=sys.stderr)
    except Exception as error:  # noqa: BLE001 — the outermost frame: no traceback reaches a user
        if os.environ.get("SANZHI_DEBUG"):
            traceback.print_exc()
        print(
            f"程序内部错误：{type(error).__name__}: {error}\n"
            "请将此信息报告给维护人员；设置环境变量 SANZHI_DEBUG=1 可查看详细位置。",
            file=sys.stderr,
        )
    return 2
