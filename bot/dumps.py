"""Keys and answers stay out of core dumps: the memory of this process is nobody's file (B14)."""

import ctypes
import sys

DUMPABLE = 4
"""PR_SET_DUMPABLE, of prctl."""


def keep_out() -> bool:
    """Forbid core dumps of this process; False where the system does not let us."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        limited = resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    except (ImportError, OSError, ValueError):
        return False
    if not sys.platform.startswith("linux"):
        return limited
    try:
        # A dump that goes to a program knows no limit, only this.
        return limited and ctypes.CDLL(None).prctl(DUMPABLE, 0, 0, 0, 0) == 0
    except (OSError, AttributeError):
        return limited
