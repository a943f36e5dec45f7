"""What the database knows of itself."""

from sqlmodel import Field, SQLModel


class HouseRow(SQLModel, table=True):
    """Which keyring is this database's: a mark that only its key can make. One row."""

    __tablename__ = "house"

    id: int = Field(default=1, primary_key=True)
    mark: bytes
