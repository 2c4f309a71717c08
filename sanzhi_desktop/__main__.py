"""`python -m sanzhi_desktop` and `sanzhi`: the desk without arguments, else the command line.

Qt is loaded for the desk alone; no verb of the command line ever imports it.
"""

import sys


def main() -> int:
    """Opens the desk (`sanzhi`, `sanzhi --sample DIR`, `sanzhi --db URL`) or runs one verb.

    Returns the exit code.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == ["--selftest"]:  # what installers call; the verb is `selftest`
        arguments[0] = "selftest"
    if not arguments or arguments[0] in {"--sample", "--db"}:
        from sanzhi_desktop import app

        return app.main(arguments)
    from sanzhi_desktop.admin.main import main as command_line

    return command_line(arguments)


if __name__ == "__main__":
    sys.exit(main())
