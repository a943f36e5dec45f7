"""A day in people's own calendars: an .ics file.

icalendar is imported when the first file is made: no start waits for it.
"""

from datetime import date, datetime

from dialogues.messages import File


def day_file(name: str, title: str, day: date, uid: str, made_at: datetime) -> File:
    """A whole day as a file. *uid* is the same for every reader, so that two copies are one."""
    from icalendar import Calendar, Event

    event = Event.new(uid=uid, summary=title, start=day, stamp=made_at)
    calendar = Calendar.new(prodid="-//Titian//EN", uid=uid, subcomponents=[event])
    return File(f"{name}.ics", "text/calendar", calendar.to_ical())
