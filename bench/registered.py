"""Everything that is compared, and how much of the other's cost we allow ourselves."""

from bench import growth
from bench.compared_platforms import PLATFORMS
from bench.compared_process import PROCESS
from bench.compared_storage import STORAGE

REGISTERED = (*PLATFORMS, *STORAGE, *PROCESS, *growth.compared())
