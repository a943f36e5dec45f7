"""`titian rotate`: another master key, and all that was under the old one goes on."""

from bot.settings import Settings
from storage.database import upgrade
from storage.keyrings import master_key, next_master
from storage.rotation import Master, Rotated
from storage.rotation import rotate as turn


def rotate(settings: Settings) -> Rotated:
    """Put everything under the new master key; done again, finish what was interrupted.

    Raises:
        CannotStart: A key is missing or not the right one, or something cannot be written.
    """
    upgrade(settings.database_url)
    given = settings.master_key.get_secret_value() if settings.master_key else None
    upcoming = settings.new_master_key.get_secret_value() if settings.new_master_key else None
    old = master_key(settings.keyring, given)
    new = next_master(settings.keyring, given, upcoming)
    return turn(settings.database_url, settings.keyring, Master(old, new))
