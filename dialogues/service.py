"""What an appointment says, and the rules that services of brokers follow."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from dialogues.model import Assignment, Contractor, Engagement, Kind, Task


@dataclass(frozen=True, slots=True)
class Service:
    """What an appointment says: everything of an Assignment but the person."""

    kind: Kind
    starts: date
    home: int | None = None
    contractor: Contractor | None = None
    contracting: int | None = None
    engagement: Engagement | None = None
    tasks: tuple[Task, ...] = ()
    aims: str = ""
    ends: date | None = None
    share: str = ""

    def to_data(self) -> dict[str, Any]:
        """As plain JSON, for a link that appoints."""
        return {
            "kind": self.kind.value,
            "starts": self.starts.isoformat(),
            "home": self.home,
            "contractor": self.contractor.value if self.contractor else None,
            "contracting": self.contracting,
            "engagement": self.engagement.value if self.engagement else None,
            "tasks": [task.value for task in self.tasks],
            "aims": self.aims,
            "ends": self.ends.isoformat() if self.ends else None,
            "share": self.share,
        }

    @staticmethod
    def from_data(data: dict[str, Any]) -> "Service":
        """What `to_data` gave."""
        return Service(
            Kind(data["kind"]),
            date.fromisoformat(data["starts"]),
            data["home"],
            Contractor(data["contractor"]) if data["contractor"] else None,
            data["contracting"],
            Engagement(data["engagement"]) if data["engagement"] else None,
            tuple(Task(task) for task in data["tasks"]),
            data["aims"],
            date.fromisoformat(data["ends"]) if data["ends"] else None,
            data.get("share", ""),
        )


def asks_anew(before: Service, after: Service) -> bool:
    """Whether the broker has to agree again: from inside or outside, whose, for which tasks, with
    or without an end decide what is asked; form, aims, share and dates do not.
    """
    return (before.kind, before.home, set(before.tasks), before.ends is None) != (
        after.kind,
        after.home,
        set(after.tasks),
        after.ends is None,
    )


def overlapping(
    known: Iterable[Assignment], person: int, starts: date, ends: date | None
) -> Assignment | None:
    """The service of the same person that shares a day with *starts* to *ends*, if any."""
    for other in known:
        begins_after = ends is not None and other.starts > ends
        ended_before = other.ends is not None and other.ends < starts
        if other.person_id == person and not begins_after and not ended_before:
            return other
    return None


def fits(task: Task, kind: Kind) -> bool:
    """Whether a task is one of a broker from inside (I1 to I4) or from outside (E1 to E6)."""
    return task.value[0] == kind.value[0]
