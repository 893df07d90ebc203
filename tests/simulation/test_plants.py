"""Every planted fault has its place in the source, and is code."""

import ast

import pytest

from tests.simulation.plants import Plant, PlantError, every_plant


@pytest.mark.parametrize("plant", every_plant(), ids=lambda plant: plant.fault)
def test_a_plant_has_one_place_in_the_source(plant: Plant) -> None:
    source = plant.path.read_text("utf-8")
    assert ast.dump(ast.parse(plant.in_source(source))) != ast.dump(ast.parse(source))


def test_there_are_forty_plants_or_more_and_no_two_alike() -> None:
    faults = {plant.fault for plant in every_plant()}
    assert len(faults) == len(every_plant()) >= 40


def test_a_plant_whose_place_is_gone_says_so() -> None:
    plant = Plant("A fault", "casino.wallet.decide", "no such text", "")
    with pytest.raises(PlantError, match=r"A fault: its text stands 0 times in casino\.wallet"):
        plant.in_source(plant.path.read_text("utf-8"))
