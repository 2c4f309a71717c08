"""The first schema: the shipped DDL files, run as they are."""

from alembic import op

from sanzhi_desktop.persistence.revision import ddl, statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Runs the files on the raw driver cursor: SQLAlchemy would read % and : inside functions."""
    connection = op.get_bind()
    raw = connection.connection.driver_connection
    if raw is None:
        raise RuntimeError("no driver connection")
    embedded = connection.dialect.name == "sqlite"
    for text in ddl(connection.dialect.name):
        for statement in statements(text) if embedded else (text,):
            raw.cursor().execute(statement)


def downgrade() -> None:
    """There is no way back to before the first schema: history is never deleted."""
    raise NotImplementedError
