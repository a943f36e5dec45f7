"""What kind of collaboration a partnership is, and where in its cycle it stands."""

from enum import StrEnum


class Collaboration(StrEnum):
    """What kind of collaboration it is (seed S1.1)."""

    MULTI = "multi"
    ALLIANCE = "alliance"
    NETWORK = "network"
    OTHER = "other"


class Phase(StrEnum):
    """The partnering cycle (domain b.3)."""

    SCOPING = "scoping"
    MANAGING = "managing"
    REVIEWING = "reviewing"
    SUSTAINING = "sustaining"
