"""Whether a pause holds a check-in back."""

from dialogues.model import Partnership
from dialogues.offers import CRISIS


def is_held(group: Partnership, checkin: str) -> bool:
    """In a pause nothing goes out; in a crisis what is in CRISIS still does, on request."""
    return group.paused and not (group.crisis and checkin in CRISIS)
