"""Public holidays of a country, as something in which dates are looked up. Pure."""

from datetime import date
from functools import cache


class DaysOff:
    """The public holidays of *country* (ISO 3166); none of a country that is not known."""

    def __init__(self, country: str) -> None:
        self.country = country

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _year(self.country, day.year)


@cache
def _year(country: str, year: int) -> frozenset[date]:
    # Imported when first needed: it takes half a second, and most commands of the shell do not.
    from holidays import country_holidays

    try:
        return frozenset(country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
