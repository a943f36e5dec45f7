"""From one day to another, as it is said of what is kept."""

from datetime import date

from dialogues.when import say_date


def say_period(first: date, last: date, language: str) -> str:
    """ "2–9 February 2027", "27 November – 4 December 2026": always with the year."""
    end = say_date(last, language)
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{say_date(first, language, last)} – {end}"
