"""The head signs at the desk with a token: driver and PIN in the prompt, a wrong PIN told in place.

SoftHSM2 stands in for a UKey; the certificate on it is the one registered for the head.
"""

import subprocess
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.ui.screens.signoff import SignoffScreen
from sanzhi_desktop.ui.signing_prompt import TOKEN, SigningPrompt
from tests.documents.test_tokens import DRIVER, PIN, UTILITY, store
from tests.ui.office import Furnished
from tests.ui.seat import PASSPHRASE, seat

pytestmark = pytest.mark.skipif(
    DRIVER is None,
    reason="NOT TESTED: signing with a token at the desk; install softhsm2",
)
HEAD = "guzhang_01"


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A driver over an empty token store."""
    assert DRIVER is not None
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    words = f"--init-token --free --label ukey --pin {PIN} --so-pin 87654321".split()
    subprocess.run([str(UTILITY), "--module", str(DRIVER), *words], check=True, capture_output=True)
    return DRIVER


def test_the_head_issues_with_a_token(
    qtbot: QtBot, office: Furnished, work: Work, driver: Path
) -> None:
    with seat(qtbot, office, HEAD, work) as head:
        store(driver, head.key_file(HEAD).read_bytes(), PASSPHRASE)
        screen = head.sit(SignoffScreen, case_id=office.cases["signing"])
        qtbot.waitUntil(screen.sign.isEnabled, timeout=20_000)
        screen.sign.click()
        prompt = head.dialog(SigningPrompt, screen)
        prompt.source.setCurrentIndex(prompt.source.findData(TOKEN))
        prompt.driver.setText(str(driver))
        prompt.secret.setText("00000000")
        prompt.ok.click()
        head.idle()
        qtbot.waitUntil(prompt.ok.isEnabled, timeout=20_000)
        assert prompt.isVisible(), "a wrong PIN costs nothing: the prompt stays"
        prompt.secret.setText(PIN)
        prompt.ok.click()
        head.idle()
        case = head.desk.session.reader.case(office.cases["signing"])
        assert case.state is State.PASSED
        assert case.current is not None
        assert case.current.signer == HEAD
