"""One town for all plays, since each play is undone."""

from collections.abc import Iterator

import pytest

from tests.security.town import Town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("town"))
    made.set_up()
    yield made
    made.close()
