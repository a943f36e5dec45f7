"""What is settled for formal reviews, and the reviews that belong to one

Revision: 0011
"""

import sqlalchemy as sa
from alembic import op

from storage.database import Utc

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "formal",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("setup", sa.JSON(), nullable=False),
        sa.Column("talk_on", sa.Date(), nullable=True),
        sa.Column("agreed", sa.JSON(), nullable=False),
        sa.Column("concluded_at", Utc(timezone=True), nullable=True),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_formal_review_id_review")
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_formal")),
    )
    op.create_table(
        "part",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_part_review_id_review")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["review.id"], name=op.f("fk_part_lead_id_review")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_part")),
    )
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_part_lead_id"), ["lead_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_part_lead_id"))
    op.drop_table("part")
    op.drop_table("formal")
