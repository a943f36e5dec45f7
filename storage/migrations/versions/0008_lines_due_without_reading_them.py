"""What is due is found and put in order by the index alone

Not additive: an index makes way for a wider one; no statement names it.

Revision: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_index("ix_outbox_due_order", "outbox", ["state", "not_before", "priority"])
    op.drop_index("ix_outbox_due", "outbox")


def downgrade() -> None:

    op.create_index("ix_outbox_due", "outbox", ["state", "not_before"])
    op.drop_index("ix_outbox_due_order", "outbox")
