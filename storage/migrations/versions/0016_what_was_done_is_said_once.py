"""In which review it was said that something promised is done

Revision: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:

    with op.batch_alter_table("action") as table:
        table.add_column(sa.Column("told_in", sa.Integer(), nullable=True))


def downgrade() -> None:

    with op.batch_alter_table("action") as table:
        table.drop_column("told_in")
