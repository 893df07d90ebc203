"""The import contract is able to fail: each forbidden import, planted in a copy, is found."""

import tomllib
from pathlib import Path
from typing import Final

import pytest

from testing.house import broken_contracts, copy_project
from testing.template import PROJECT
from tests.contract.planted_imports import PLANTS, Plant

SETTINGS: Final = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS: Final = SETTINGS["tool"]["importlinter"]["contracts"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the linter says of a copy with every plant, by contract."""
    copy = copy_project(tmp_path_factory.mktemp("house") / "copy")
    for plant in PLANTS:
        with _file(copy, plant.importer).open("a", encoding="utf-8") as file:
            file.write(f"\nimport {plant.imported}\n" if plant.imported else "")
    return broken_contracts(copy)


def _file(project: Path, module: str) -> Path:
    folder = project / "layers" / "shared" if module.startswith("casino.") else project
    return folder.joinpath(*module.split(".")).with_suffix(".py")


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.kind)
def test_the_contract_notices_that(found: dict[str, str], plant: Plant) -> None:
    assert plant.finding in found.get(plant.contract, "kept")


def test_every_contract_is_seen_to_break() -> None:
    assert {contract["name"] for contract in CONTRACTS} == {plant.contract for plant in PLANTS}


def test_every_context_has_its_own_layers() -> None:
    layered = {name for contract in CONTRACTS for name in contract.get("containers", ())}

    assert set(_modules("casino")) - layered == {"casino.dialects", "casino.wiring"}


def test_nothing_in_a_context_with_a_store_may_import_aws_but_the_store() -> None:
    barred = {
        name
        for contract in CONTRACTS
        if "casino.aws" in contract.get("forbidden_modules", ())
        for name in contract["source_modules"]
    }
    contexts = {name for name in _modules("casino") if f"{name}.store" in _modules(name)}
    inside = {module for name in contexts - barred for module in _modules(name)}

    assert inside - barred == {f"{name}.store" for name in contexts}


def _modules(package: str) -> list[str]:
    folder = (PROJECT / "layers" / "shared").joinpath(*package.split("."))
    return [f"{package}.{file.stem}" for file in folder.iterdir() if file.stem[0] != "_"]
