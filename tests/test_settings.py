"""The servers a PC knows: what is refused, what is kept, how an address is written."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.places import target
from sanzhi_desktop.settings.servers import (
    Encryption,
    Server,
    ServerFault,
    ServerList,
    Wanted,
    hosts_text,
    parse_hosts,
)

GOOD = Server("市局服务器", (("db1.example", 5432), ("db2.example", 5433)), "sanzhi")


@pytest.mark.parametrize(
    ("changes", "field", "fault"),
    [
        ({"name": " "}, "name", ServerFault.NAME_MISSING),
        ({"hosts": ()}, "hosts", ServerFault.HOST_MISSING),
        ({"hosts": (("db", 0),)}, "hosts", ServerFault.PORT_WRONG),
        ({"hosts": (("db", 70000),)}, "hosts", ServerFault.PORT_WRONG),
        ({"database": ""}, "database", ServerFault.DATABASE_MISSING),
        ({"root_file": "/nowhere/root.crt"}, "root_file", ServerFault.ROOT_MISSING),
        ({"certificate_file": "a.crt"}, "key_file", ServerFault.PAIR_INCOMPLETE),
        ({"key_file": "a.key"}, "certificate_file", ServerFault.PAIR_INCOMPLETE),
        ({"wait_seconds": 0}, "wait_seconds", ServerFault.SECONDS_WRONG),
        ({"keepalive_count": 999}, "keepalive_count", ServerFault.SECONDS_WRONG),
    ],
)
def test_what_is_wrong_is_named_at_its_field(
    changes: dict[str, object], field: str, fault: ServerFault
) -> None:
    assert GOOD.faults() == {}
    assert replace(GOOD, **changes).faults() == {field: fault}  # type: ignore[arg-type]


def test_a_list_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    servers = ServerList(tmp_path / "新建")
    assert not servers.known
    other = replace(GOOD, name="备用", encryption=Encryption.REQUIRE, wanted=Wanted.ANY)
    servers.keep(GOOD)
    servers.keep(other)
    assert servers.all() == (GOOD, other)
    renamed = replace(GOOD, name="省厅服务器")
    servers.keep(renamed, instead_of=GOOD.name)
    assert servers.all() == (renamed, other)
    with pytest.raises(DomainError) as caught:
        servers.keep(renamed)
    assert caught.value.code is ServerFault.NAME_TAKEN
    servers.drop("备用")
    assert servers.named("备用") is None


def test_there_is_no_place_for_a_secret() -> None:
    names = {f.name for f in fields(Server)}
    assert not [n for n in names if "password" in n or "secret" in n]


@pytest.mark.parametrize("text", ["", "[]", '{"servers": [{"name": 1}]}', '{"servers": 3}'])
def test_a_spoilt_list_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "servers.json").write_text(text, "utf-8")
    with pytest.raises(DomainError) as caught:
        ServerList(tmp_path).all()
    assert caught.value.code is ServerFault.LIST_UNREADABLE


def test_keys_of_a_later_version_are_left_out(tmp_path: Path) -> None:
    ServerList(tmp_path).keep(GOOD)
    file = tmp_path / "servers.json"
    listed = json.loads(file.read_text("utf-8"))
    listed["servers"][0]["colour"] = "red"
    file.write_text(json.dumps(listed), "utf-8")
    assert ServerList(tmp_path).all() == (GOOD,)


def test_addresses_as_people_type_them() -> None:
    typed = "db1.example，db2.example:5433、 10.0.0.7 :x"
    assert parse_hosts(typed) == (("db1.example", 5432), ("db2.example", 5433), ("10.0.0.7", 0))
    assert parse_hosts("fe80::1") == (("fe80::1", 5432),)


_HOSTS = st.lists(
    st.tuples(st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True), st.integers(1, 65535)),
    min_size=1,
    max_size=3,
).map(tuple)


@given(hosts=_HOSTS, database=st.text("示例abc_ /?&%", min_size=1).filter(str.strip))
def test_the_url_says_what_the_server_says(
    hosts: tuple[tuple[str, int], ...], database: str
) -> None:
    assert parse_hosts(hosts_text(hosts)) == hosts
    read = target(replace(GOOD, hosts=hosts, database=database).url)
    options = dict(read.options)
    assert read.database.strip("/") == database.strip("/")
    assert list(zip(options["host"].split(","), options["port"].split(","), strict=True)) == [
        (host, str(port)) for host, port in hosts
    ]
    assert options["sslmode"] == "verify-full"
    assert options["sslrootcert"] == "system"
