"""What Alembic runs: the changes that are missing, over the connection that ``gateway.database.upgrade`` opened."""

from alembic import context

from gateway.database.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
