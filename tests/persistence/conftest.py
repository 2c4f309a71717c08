"""The same office on both databases, for the contract that holds on each."""

import pytest

from tests.persistence.desk import Desk


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest) -> Desk:
    name = "embedded_desk" if request.param == "sqlite" else "server_desk"
    made: Desk = request.getfixturevalue(name)
    return made
