"""The time zone: a memory snapshot brings that of the place where it was made, and there is no `time.tzset` here."""

import time


def install():
    """Sets what `time` says of the zone to what it is on this device."""
    from js import Date

    year = time.localtime().tm_year
    west = [60 * int(Date.new(year, month, 1).getTimezoneOffset()) for month in (0, 6)]  # seconds
    time.timezone, time.altzone = max(west), min(west)
    time.daylight = int(time.timezone != time.altzone)
    time.tzname = (_name(time.timezone), _name(time.altzone))


def _name(west):
    """As a started interpreter names it: UTC-0500."""
    minutes = abs(west) // 60
    return f"UTC{'-' if west >= 0 else '+'}{minutes // 60:02}{minutes % 60:02}"
