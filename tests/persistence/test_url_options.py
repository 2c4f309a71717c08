"""An address that is typed wrong is called wrong: it founds no office, reaches no network, and what
was typed is not said again."""

from pathlib import Path

import pytest

from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.persistence import url_options
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import target
from sanzhi_desktop.resources.sentences import explain

SECRET = "geheim"
HEAD = "postgresql+psycopg://"


def refusal(text: str) -> DomainError:
    with pytest.raises(DomainError) as caught:
        target(text)
    assert SECRET not in explain(caught.value)
    assert SECRET not in str(caught.value)
    assert "{" not in explain(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"postgresql+psycopg:/admin:{SECRET}@host/sanzhi", PersistenceFault.PASSWORD_IN_URL),
        (f"postgresql:admin:{SECRET}@host/sanzhi", PersistenceFault.PASSWORD_IN_URL),
        (f"postgresql+psycopg:/admin:{SECRET}@host/a?x=http://b", PersistenceFault.PASSWORD_IN_URL),
        (f"host=db password={SECRET} dbname=sanzhi", PersistenceFault.PASSWORD_IN_URL),
        (f"host=db  PASSWORD = {SECRET} x=://", PersistenceFault.PASSWORD_IN_URL),
        (f"admin:{SECRET}@host/sanzhi", PersistenceFault.PASSWORD_IN_URL),
        (f"{HEAD}admin:12/{SECRET}@host/db", PersistenceFault.PASSWORD_IN_URL),
        (f"{HEAD}admin:12#{SECRET}@host/db", PersistenceFault.PASSWORD_IN_URL),
        (f"{HEAD}admin:{SECRET}/4@host/db", PersistenceFault.PASSWORD_IN_URL),
        (f"{HEAD}admin:12?{SECRET}@host/db", PersistenceFault.BAD_URL),
        (f"{HEAD}admin:{SECRET}@host/db", PersistenceFault.PASSWORD_IN_URL),
        (f"{HEAD}admin@host/db?password={SECRET}", PersistenceFault.PASSWORD_IN_URL),
        (f"{HEAD}host/db?host=admin:{SECRET}@a", PersistenceFault.URL_OPTION_WRONG),
        (f"jdbc:postgresql://host/db?user=a&password={SECRET}", PersistenceFault.PASSWORD_IN_URL),
        ("host=db dbname=sanzhi", PersistenceFault.BAD_URL),
        ("postgresql:/admin@host/sanzhi", PersistenceFault.BAD_URL),
        ("jdbc:postgresql://host/sanzhi", PersistenceFault.BAD_URL),
        ("admin@host/sanzhi", PersistenceFault.BAD_URL),
        ("postgres:sanzhi", PersistenceFault.BAD_URL),
        ("sqlite:/a.db", PersistenceFault.BAD_URL),
        ("http://host/sanzhi", PersistenceFault.BAD_URL),
        (f"{HEAD}admin@host", PersistenceFault.BAD_URL),
    ],
)
def test_an_address_that_is_none(text: str, code: Code) -> None:
    assert refusal(text).code is code


@pytest.mark.parametrize(
    ("query", "code", "option"),
    [
        ("sslmod=require", PersistenceFault.URL_OPTION_UNKNOWN, "sslmod"),
        ("sslmode=verifyfull", PersistenceFault.URL_OPTION_WRONG, "sslmode"),
        ("connect_timeout=abc", PersistenceFault.URL_OPTION_WRONG, "connect_timeout"),
        ("connect_timeout=-1", PersistenceFault.URL_OPTION_WRONG, "connect_timeout"),
        ("host=a:99999", PersistenceFault.URL_OPTION_WRONG, "port"),
        ("host=a,b&port=5432,x", PersistenceFault.URL_OPTION_WRONG, "port"),
        ("target_session_attrs=primry", PersistenceFault.URL_OPTION_WRONG, "target_session_attrs"),
    ],
)
def test_an_option_that_is_none(query: str, code: Code, option: str) -> None:
    error = refusal(f"{HEAD}admin@host/db?{query}")
    assert error.code is code
    assert error.facts["option"] == option
    assert f"“{option}”" in explain(error)


@pytest.mark.parametrize("port", ["99999", "0", "x"])
def test_a_port_that_is_none(port: str) -> None:
    error = refusal(f"{HEAD}admin@host:{port}/db")
    assert (error.code, error.facts["option"]) == (PersistenceFault.URL_OPTION_WRONG, "port")


def test_every_option_of_the_driver_is_known() -> None:
    from psycopg.pq import Conninfo

    told = {option.keyword.decode() for option in Conninfo.get_defaults()}
    known = url_options._CHOICES.keys() | url_options._NUMBERS | url_options._WORDS
    assert told - known - url_options.SECRETS == set()


def test_paths_stay_paths(tmp_path: Path) -> None:
    for text in ("/a/b:c@d.db", "C:\\案卷\\a.db", "案件@本机.db", "./host.db", "a/postgres.db"):
        assert target(text).path == Path(text)
    (tmp_path / "sqlite:a").touch()


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing of this PC's own settings counts."""
    for name in ("PGSSLMODE", "PGSSLROOTCERT", "PGHOST", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        (f"{HEAD}a@db.example/x", "verify-full"),
        (f"{HEAD}a@10.0.0.1/x", "verify-full"),
        (f"{HEAD}/x?host=localhost&host=db2.example", "verify-full"),
        (f"{HEAD}a@localhost/x?hostaddr=10.0.0.1", "verify-full"),
        (f"{HEAD}a@db.example/x?sslmode=prefer", "prefer"),
        (f"{HEAD}a@localhost/x", None),
        (f"{HEAD}a@127.0.0.1:5433/x", None),
        (f"{HEAD}a@[::1]/x", None),
        (f"{HEAD}/x?host=/var/run/postgresql", None),
        (f"{HEAD}/x", None),
    ],
)
def test_a_server_elsewhere_has_to_prove_who_it_is(url: str, mode: str | None, alone: Path) -> None:
    found = dict(target(url).options)
    assert found.get("sslmode") == mode
    assert found.get("sslrootcert") == ("system" if mode == "verify-full" else None)
    (alone / ".postgresql").mkdir()
    for root in (alone / ".postgresql" / "root.crt", alone / "postgresql" / "root.crt"):
        root.parent.mkdir(exist_ok=True)
        root.touch()
    assert "sslrootcert" not in dict(target(url).options)


def test_what_the_environment_says_of_the_line_counts(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alone.is_dir()
    monkeypatch.setenv("PGHOST", "db.example")
    assert dict(target(f"{HEAD}a@/x").options)["sslmode"] == "verify-full"
    monkeypatch.setenv("PGSSLMODE", "require")
    assert dict(target(f"{HEAD}a@db.example/x").options) == {}
