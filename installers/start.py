"""First command for a newcomer: sets everything up and shows the program at work.

Opens the desk on a marked sample office where there is a screen; where there is none, runs the
whole job once without a window and leaves the signed opinion in `demo/`.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """0 when the desk was opened and closed again, or the demonstration verified itself."""
    from installers import console, environment, system_libraries

    console.prepare_streams()
    try:
        place = environment.prepare(development=False)
        libraries = system_libraries.ensure(place)
        if system_libraries.has_screen(place, libraries):
            console.say("打开示例单位的工作台（数据在 sample 目录，均为样例）")
            command = [str(place.sanzhi), "--sample", str(ROOT / "sample")]
        else:
            console.say("没有可用的屏幕：不开窗口，完整演示一次（结果在 demo 目录）")
            command = [str(place.sanzhi), "demo", "--out", str(ROOT / "demo")]
        variables = libraries.environment()
        code = subprocess.run(command, env=variables, cwd=ROOT, check=False).returncode
    except console.SetupError as error:
        console.say(str(error))
        return 2
    except KeyboardInterrupt:
        console.say("已中断。再次运行同一命令，会从中断处继续。")
        return 130
    console.say(f"以后可以直接运行：{place.sanzhi}")
    return code


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    sys.exit(main())
