"""One running desk per person: the second start hands over, a killed one leaves no lock."""

import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from sanzhi_desktop.ui.instance import OneInstance

HOLD = (
    "import sys, time; from pathlib import Path\n"
    "from sanzhi_desktop.ui.instance import OneInstance\n"
    "one = OneInstance(Path(sys.argv[1])); print(one.first(), flush=True); sys.stdin.read()"
)


def test_the_second_start_tells_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "张三的文件夹"
    first, second = OneInstance(folder), OneInstance(folder)
    assert first.first()
    assert first.first()
    first.listen()
    assert not second.first()
    with qtbot.waitSignal(first.asked) as told:
        assert second.hand_over("打开 样例")
    assert told.args == ["打开 样例"]
    first.release()
    assert second.first()
    second.release()


def test_other_folders_are_other_desks(tmp_path: Path) -> None:
    one, other = OneInstance(tmp_path / "a"), OneInstance(tmp_path / "b")
    assert one.first()
    assert other.first()
    assert not OneInstance(tmp_path / "c").hand_over("show")
    one.release()
    other.release()


def test_a_killed_desk_leaves_no_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "True"
        here = OneInstance(tmp_path)
        assert not here.first()
        holder.kill()
        holder.wait(timeout=20)
    assert here.first()
    here.release()
