"""The things Titian speaks of, as DESIGN 1 names them. Times are aware, UTC."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dialogues.checkin import CheckIn, Fact
from dialogues.cycle import Collaboration, Phase


class Role(StrEnum):
    """What somebody is in a partnership."""

    PARTNER = "partner"
    BROKER = "broker"
    COORDINATOR = "coordinator"
    LINE_MANAGER = "line_manager"
    REPRESENTATIVE = "representative"


class Protect(StrEnum):
    """How many people acting together a result withstands (DESIGN 5)."""

    ORGANISATION = "organisation"
    PERSON = "person"


class Sector(StrEnum):
    """Where an organisation comes from."""

    GOVERNMENT = "government"
    BUSINESS = "business"
    CIVIL = "civil"
    UNIVERSITY = "university"
    COMMUNITY = "community"
    OTHER = "other"


class Standing(StrEnum):
    """What an organisation is to the partnership beside a partner."""

    PARTNER = "partner"
    LEAD = "lead"
    FUNDER = "funder"


class Kind(StrEnum):
    """Whether a broker works from inside one partner or from outside (seed S2)."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class Contractor(StrEnum):
    """Who contracted an external broker (seed S2.3)."""

    ORGANISATION = "organisation"
    PARTNERSHIP = "partnership"
    FUNDER = "funder"


class Engagement(StrEnum):
    """The form of a broker's work (seed N3)."""

    PART_OF_JOB = "part_of_job"
    SECONDED = "seconded"
    EMPLOYED = "employed"
    CONTRACTED = "contracted"
    VOLUNTEER = "volunteer"


class Task(StrEnum):
    """What a broker was asked to do (seed S2.1 and S2.3)."""

    I1 = "i1"
    I2 = "i2"
    I3 = "i3"
    I4 = "i4"
    E1 = "e1"
    E2 = "e2"
    E3 = "e3"
    E4 = "e4"
    E5 = "e5"
    E6 = "e6"


class Consent(StrEnum):
    """What the broker said to being reviewed."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Purpose(StrEnum):
    """What a review is for, fixed at its start (domain c.1)."""

    LEARN = "learn"
    FORMAL = "formal"


class Unasked(StrEnum):
    """Who was left out of a review, as a kind: said to everybody asked, never by name."""

    FUNDER = "funder"
    LINE = "line"


class ReviewState(StrEnum):
    """A review's way (DESIGN 1)."""

    PLANNED = "planned"
    SETTING_UP = "setting_up"
    OPEN = "open"
    CLOSED = "closed"
    READ = "read"
    SHARED = "shared"
    FOLLOWED_UP = "followed_up"
    CANCELLED = "cancelled"


class RoundState(StrEnum):
    """A round's way (DESIGN 1)."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    UNREADABLE = "unreadable"


class Audience(StrEnum):
    """Who is asked in a round."""

    PARTNERS = "partners"
    COORDINATORS = "coordinators"
    BROKER = "broker"
    ALL = "all"


class Confidence(StrEnum):
    """What becomes of an answer's author (DESIGN 1)."""

    SEALED = "sealed"
    NAMED = "named"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Person:
    """A human. `language` and `zone` are None until known; hours are minutes of the day."""

    id: int
    name: str
    language: str | None
    zone: str | None
    quiet_from: int
    quiet_until: int
    away_until: date | None
    stopped: bool
    consent_version: str | None
    consent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Partnership:
    """The group served. `listener`: who has offered to talk a report over with the broker."""

    id: int
    name: str
    language: str
    zone: str
    country: str
    phase: Phase
    purpose: str
    term_en: str
    term_id: str
    protect: Protect
    minimum: int
    window_days: int
    paused: bool = False
    reminders: int = 1
    kind: Collaboration | None = None
    crisis: bool = False
    listener: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A partner organisation."""

    id: int
    partnership_id: int
    name: str
    sector: Sector | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Member:
    """A person in one partnership, of one organisation or none."""

    id: int
    partnership_id: int
    person_id: int
    name: str
    organisation_id: int | None
    organisation: str | None
    roles: frozenset[Role]
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    """A member's service as broker. A change of kind ends one and starts the next."""

    id: int
    partnership_id: int
    member_id: int
    person_id: int
    name: str
    kind: Kind
    home: str | None
    contractor: Contractor | None
    contracting: str | None
    engagement: Engagement | None
    tasks: tuple[Task, ...]
    aims: str
    starts: date
    ends: date | None
    consent: Consent
    consent_at: datetime | None
    share: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What a coordinator triggers."""

    id: int
    partnership_id: int
    assignment_id: int | None
    started_by: int
    checkin_id: str
    purpose: Purpose
    state: ReviewState
    opens_at: datetime
    closes_at: datetime
    share_at: datetime | None
    extended: bool = False
    unasked: tuple[Unasked, ...] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """One run of one check-in with one audience. Its check-in, facts and settings are copies."""

    id: int
    review_id: int
    partnership_id: int
    checkin: CheckIn
    audience: Audience
    confidence: Confidence
    state: RoundState
    facts: frozenset[Fact]
    protect: Protect
    minimum: int
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    destroyed_at: datetime | None
    live: bool
    size: int
    key_number: int

    @property
    def mirror(self) -> bool:
        """Whether this is the broker's own version."""
        return self.audience is Audience.BROKER and self.checkin.mirrored


@dataclass(frozen=True, slots=True)
class Seat:
    """A line of a frozen roster."""

    round_id: int
    member_id: int
    person_id: int
    name: str
    organisation_id: int | None
    organisation: str | None
    language: str | None = None
