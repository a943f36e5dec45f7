"""The close of 200 ballots, and a round of 60 sealed again, beside what libsodium alone takes.

Both figures are of the work inside the transaction and its commit, on SQLite on a disk. The
bare calls do the cryptography and nothing else, with the same sizes and in the same process.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any

from nacl import bindings, utils

from dialogues.checkin import CheckIn, Multi, Words
from dialogues.dialogue import Draft, State
from dialogues.disclosure import Ballot, bounds, disclose, to_data
from dialogues.library import open_library
from dialogues.model import Audience, Confidence, Protect, Purpose, Role, Round
from storage import partnerships, people, results, reviews, rounds, sealing
from storage.ballots import delete_ballots, make_keys, padded_size
from storage.keyring import MemoryKeyring
from storage.sealing import open_box
from storage.store import Store, Unit
