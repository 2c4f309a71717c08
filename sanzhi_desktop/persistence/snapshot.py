"""One consistent look at the database; what a driver says comes out as a code."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from sanzhi_desktop.persistence.errors import named_by_engine


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One snapshot; driver errors come out as codes."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            yield connection
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
