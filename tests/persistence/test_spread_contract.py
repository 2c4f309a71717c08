"""The functions of several servers do what those of one server do: the same contracts, through the
overlay's functions and walls on one server."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from sanzhi_desktop.persistence import server_check
from tests.persistence import (
    spreading,
    test_dispute_contract,
    test_meeting_contract,
    test_transfer,
)
from tests.persistence.desk import Desk
from tests.persistence.kept import Keeper
from tests.persistence.offices import copied

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def _of_a_desk(module: Any) -> dict[str, Any]:
    """The tests of a contract that every kind of database keeps."""
    return {
        name: test
        for name, test in vars(module).items()
        if name.startswith("test_") and "desk" in inspect.signature(test).parameters
    }


# Of each the rows that look into other tables are what the overlay says differently.
vars().update(
    _of_a_desk(test_dispute_contract)
    | _of_a_desk(test_meeting_contract)
    | _of_a_desk(test_transfer)
)


@pytest.fixture(scope="module")
def server_template(shared_server: Keeper) -> Iterator[str]:
    """A template of this file: the run's own is never changed."""
    shipped, on = server_check.shipped, shared_server.cluster
    with copied(on, "template_spread") as name, pytest.MonkeyPatch.context() as patch:
        with on.connect(name) as owner:
            spreading.apply(owner)
        patch.setattr(server_check, "shipped", lambda: shipped(spread=True))
        yield name


@pytest.fixture
def desk(server_desk: Desk) -> Desk:
    return server_desk
