import pytest

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind, KindFault, Procedure, parse_kind, parse_procedure


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("行政处罚", Kind.PENALTY),
        ("不予行政处罚", Kind.PENALTY),
        ("行政许可", Kind.PERMIT),
        ("行政强制(催告)", Kind.COERCION),
        ("行政强制（催告）", Kind.COERCION),
        ("责令改正", Kind.OTHER),
        ("行政征收", Kind.EXPROPRIATION),
        ("行政征用", Kind.EXPROPRIATION),
        (" Penalty ", Kind.PENALTY),
        ("ＦＥＥ", Kind.FEE),
    ],
)
def test_reads_what_documents_write(text: str, kind: Kind) -> None:
    assert parse_kind(text) is kind


@pytest.mark.parametrize("kind", Kind)
def test_code_and_name_come_back(kind: Kind) -> None:
    assert parse_kind(kind.value) is kind
    assert parse_kind(kind.chinese) is kind


@pytest.mark.parametrize("text", ["", "行政", "处罚决定书", "行政处罚和行政许可", "(催告)"])
def test_does_not_guess_a_kind(text: str) -> None:
    with pytest.raises(DomainError) as caught:
        parse_kind(text)
    assert caught.value.code is KindFault.UNKNOWN_KIND
    assert caught.value.facts["value"] == text


@pytest.mark.parametrize("procedure", Procedure)
def test_procedures_come_back(procedure: Procedure) -> None:
    assert parse_procedure(procedure.value) is procedure
    assert parse_procedure(procedure.chinese) is procedure


def test_the_old_name_of_the_ordinary_procedure() -> None:
    assert parse_procedure("一般程序") is Procedure.ORDINARY
    assert parse_procedure("普通") is Procedure.ORDINARY


def test_does_not_guess_a_procedure() -> None:
    with pytest.raises(DomainError) as caught:
        parse_procedure("快速")
    assert caught.value.code is KindFault.UNKNOWN_PROCEDURE
