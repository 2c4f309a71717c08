"""Changing the schema of a database that exists already, by Alembic, from the command line only.

Lives here: running the revisions under `versions/`. Must not: be imported at start; a program that
opens a database compares one row (`engine.check_revision`) and never migrates a shared one.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationStep
from alembic.script import ScriptDirectory

from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.revision import BEFORE, SQL, TABLE

HERE = Path(__file__).parent


def upgrade(engine: sa.Engine) -> str:
    """Runs every revision that is missing, in one transaction; returns the newest one's name.

    Raises DomainError.
    """
    config = Config()
    config.set_main_option("script_location", str(HERE))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head() or ""

    def missing(current: Any, _context: Any) -> list[MigrationStep]:
        lower = current or "base"
        found = reversed(list(scripts.iterate_revisions(head, lower)))
        return [MigrationStep.upgrade_from_script(scripts.revision_map, one) for one in found]

    server = engine.dialect.name == "postgresql"
    try:
        with (
            engine.begin() as db,
            EnvironmentContext(config, scripts, fn=missing, destination_rev=head) as environment,
        ):
            if server:
                become_owner(db)
            environment.configure(
                connection=db,
                version_table=TABLE,
                version_table_schema="app" if server else None,
            )
            environment.run_migrations()
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
    return head


def become_owner(db: sa.Connection) -> None:
    """A shared schema belongs to an owner whom only a superuser can act for. Raises DomainError."""
    from sanzhi_desktop.persistence.server import BECOME, run

    run(db, (SQL / "postgresql" / BEFORE).read_text("utf-8"))
    run(db, BECOME)


def keep_copy(path: Path, revision: str) -> Path:
    """A copy of an embedded database beside it, made before it is changed."""
    copy = path.with_name(f"{path.name}.before-{revision}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
