"""The files in docs/deploy fit the program: its settings, its processes, its folders.

They cannot be run here (no systemd, no Docker); what they name is looked up instead.
"""

import configparser
import re
import tomllib
from pathlib import Path

import pytest

from bot.processes import Process
from bot.settings import PREFIX, Settings

NAMES = re.compile(rf"{PREFIX}([A-Z_]+)")


@pytest.fixture(scope="module")
def deploy(root: Path) -> dict[str, str]:
    found = {file.name: file.read_text() for file in (root / "docs" / "deploy").iterdir()}
    assert set(found) == {"Dockerfile", "compose.yaml", "titian.service"}
    return found


@pytest.fixture(scope="module")
def guide(root: Path) -> str:
    return (root / "docs" / "operations.md").read_text()


@pytest.fixture(scope="module")
def unit(deploy: dict[str, str]) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(deploy["titian.service"])
    return parser


def test_each_setting_and_page_named_is_there(
    root: Path, guide: str, deploy: dict[str, str]
) -> None:
    for text in (guide, *deploy.values()):
        assert [
            name for name in NAMES.findall(text) if name.lower() not in Settings.model_fields
        ] == []
    for link in re.findall(r"\]\(([^)#:]+)\)", guide):
        assert (root / "docs" / link).exists(), link


def test_the_unit_starts_what_the_guide_installs(
    guide: str, unit: configparser.ConfigParser
) -> None:
    service = unit["Service"]
    program, process = service["ExecStart"].split()
    folder = service["WorkingDirectory"]
    assert f"`{folder}`" in guide and program == f"{folder}/.venv/bin/titian"
    assert process in set(Process) and unit["Install"]["WantedBy"] == "multi-user.target"
    assert f"`{service['EnvironmentFile']}`" in guide


def test_the_unit_may_write_where_the_guide_keeps_things_and_nowhere_else(
    guide: str, unit: configparser.ConfigParser
) -> None:
    service = unit["Service"]
    own = {f"/var/lib/{name}" for name in service["StateDirectory"].split()}
    database = re.search(r"TITIAN_DATABASE_URL=sqlite:///(/\S+)/", guide)
    keyring = re.search(r"TITIAN_KEYRING=file:(/\S+)", guide)
    assert database and keyring and {database[1], keyring[1]} == own
    assert service["ProtectSystem"] == "strict" and service["StateDirectoryMode"] == "0700"
    assert service["LimitCORE"] == "0" and service["MemorySwapMax"] == "0"


def test_compose_runs_every_process_once(deploy: dict[str, str]) -> None:
    started = re.findall(r"command: (\w+)", deploy["compose.yaml"])
    assert sorted(started) == sorted({kind.value for kind in Process} - {"run"} | {"migrate"})
    urls = re.findall(r"postgresql\+psycopg://titian:titian@(\w+)/titian", deploy["compose.yaml"])
    assert urls == ["database", "keys"]
    for name in urls:
        assert re.search(rf"^  {name}:$", deploy["compose.yaml"], re.MULTILINE)


def test_the_image_holds_what_runs_and_nothing_that_is_kept(
    root: Path, deploy: dict[str, str]
) -> None:
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", deploy["Dockerfile"], re.MULTILINE)
        for name in line.split()[:-1]
    }
    project = tomllib.loads((root / "pyproject.toml").read_text())
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    needed = packages | set(project["project"]["license-files"]) | {"pyproject.toml"}
    assert needed <= copied and [name for name in copied if not (root / name).exists()] == []
    assert {name for name in copied if name.endswith(".lock")} == {
        "requirements.lock",
        "requirements-uv.lock",
    }
    left_out = (root / ".dockerignore").read_text().split()
    assert {".env", ".git", ".venv", "var"} <= set(left_out)
    assert re.search(
        r'ENTRYPOINT \["[^"]+/\.venv/bin/titian"\]\nCMD \["run"\]', deploy["Dockerfile"]
    )
