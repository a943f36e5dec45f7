"""T24: what `make mutants` would change is still there to be changed, and so are its tests."""

from dataclasses import replace
from pathlib import Path

from tests.mutants.__main__ import missing
from tests.mutants.registered import REGISTERED

HOME = Path(__file__).parents[2]


def test_every_mutant_can_be_made() -> None:
    assert missing(REGISTERED) == []
    gone = replace(REGISTERED[0], before="no such line")
    assert missing([gone]) and missing([replace(gone, before="\n")])


def test_every_mutant_names_tests_that_exist() -> None:
    for mutant in REGISTERED:
        for test in mutant.tests:
            file, _, name = test.partition("::")
            text = (HOME / file).read_text()
            assert f"def {name}(" in text if name else text, test
