"""Open rounds, those whose keys may still be there, and those a person is asked in are found

Revision: 0017
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_index("ix_round_state", "round", ["state", "destroyed_at"])
    op.create_index("ix_roster_member_id", "roster", ["member_id"])


def downgrade() -> None:

    op.drop_index("ix_roster_member_id", "roster")
    op.drop_index("ix_round_state", "round")
