"""What Alembic runs: migrations inside the transaction that `migrate` opened."""

from alembic import context

from data_access.state.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()
