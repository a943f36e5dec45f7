"""How Alembic meets the database: batch mode for SQLite, the connection handed in.

On SQLite an upgrade is one transaction from the look at the version on: two at once take turns.
"""

from alembic import context
from alembic.util.exc import CommandError
from sqlmodel import SQLModel

import storage.tables  # noqa: F401  (the tables register themselves)

connection = context.config.attributes["connection"]
one_file = connection.dialect.name == "sqlite"
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=not one_file,
)
with context.begin_transaction():
    context.run_migrations()
    if one_file and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise CommandError("rows refer to others that are not there")
