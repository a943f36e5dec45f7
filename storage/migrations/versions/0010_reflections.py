"""A broker's sealed reflections

Revision: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "reflection",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_reflection_member_id_member")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_reflection")),
    )


def downgrade() -> None:

    op.drop_table("reflection")
