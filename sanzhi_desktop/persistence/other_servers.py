"""The other servers of a cluster (Citus): what is done on each of them by itself.

Lives here: sending one statement of `sql/citus` to each server beside the first. Must not: what
the statements say (`overlay`), or their order (`distributing`). On a database of one server, and
on a cluster without other servers yet, nothing is sent and nothing is wrong.
"""

import sqlalchemy as sa

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.revision import SPREAD, SQL
from sanzhi_desktop.persistence.spread_faults import SpreadFault

PREPARE = "0_servers.sql"  # a superuser runs these on the other servers, as they are
SEAL = "8_workers.sql"
# As whoever is connected: Citus goes on to the other servers under the same name.
ANSWERS = "select nodename || ':' || nodeport, success, result from run_command_on_workers(%s)"


def carry_out(db: sa.Connection, name: str) -> None:
    """Runs a file, which is one statement, on every other server; it is not part of a
    transaction here. Raises DomainError naming the first server that refuses."""
    text = (SQL / SPREAD / name).read_text("utf-8")
    for node, success, result in db.exec_driver_sql(ANSWERS, (text,)):
        if not success:
            raise DomainError(SpreadFault.WORKER_FAILED, node=node, message=result)
