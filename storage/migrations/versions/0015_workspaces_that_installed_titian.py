"""Workspaces that installed Titian by themselves

Revision: 0015
"""

import sqlalchemy as sa
from alembic import op

import storage.database

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
    op.create_table(
        "ticket",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expires_at", storage.database.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ticket")),
    )


def downgrade() -> None:
    op.drop_table("ticket")
    op.drop_table("installation")
