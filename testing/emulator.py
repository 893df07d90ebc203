"""moto as the tests use it: its own answers, in half the time.

moto looks each of the ten kinds of a value up under half a dozen names, copies a table once for
every write of a transaction, and takes longer to create the template's tables than a test to use
them. `tests/contract/test_emulator.py` shows that nothing else differs.
"""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from typing import Any, Final

import pytest
from moto import mock_aws
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from casino.aws.clients import dynamodb_client
from testing.world import World, build_world

_REGION: Final = "eu-central-1"
_SERVICES: Final = ("dynamodb", "secretsmanager")


@contextmanager
def quick_moto() -> Iterator[None]:
    """Make moto quicker until the end of the block."""
    with pytest.MonkeyPatch.context() as patch:
        _copy_each_table_once(patch)
        _look_values_up_once(patch)
        yield


@contextmanager
def emulated_world() -> Iterator[World]:
    """Open the casino of `build_world`, on tables of its own in this process."""
    environment, backends = _built()
    with mock_aws():
        for service, state in backends.items():
            vars(_backend(service)).update(pickle.loads(state))
        yield World(dynamodb_client(), dict(environment))


@cache
def _built() -> tuple[dict[str, str], dict[str, bytes]]:
    """What functions are told, and what moto's services hold once the casino is built."""
    with mock_aws():
        environment = build_world("test").environment
        return environment, {name: pickle.dumps(vars(_backend(name))) for name in _SERVICES}


def _backend(service: str) -> Any:
    return get_backend(service)[DEFAULT_ACCOUNT_ID][_REGION]  # type: ignore[call-overload]


def _copy_each_table_once(patch: pytest.MonkeyPatch) -> None:
    """One copy undoes all the writes of a transaction."""
    write, copies = DynamoDBBackend.transact_write_items, dict[int, Any]()

    def transact_write_items(backend: DynamoDBBackend, transact_items: list[Any]) -> None:
        copies.clear()
        write(backend, transact_items)

    def copy_once(table: Table, memo: dict[int, Any]) -> Any:
        if id(table) not in copies:
            copies[id(table)] = copied = object.__new__(type(table))
            vars(copied).update(deepcopy(vars(table), memo))
        return copies[id(table)]

    patch.setattr(DynamoDBBackend, "transact_write_items", transact_write_items)
    patch.setattr(Table, "__deepcopy__", copy_once, raising=False)


def _look_values_up_once(patch: pytest.MonkeyPatch) -> None:
    """A value of an attribute names its kind as the protocol does: it has no other names."""
    write = BaseJSONSerializer._serialize_type_structure

    def structure(own: BaseJSONSerializer, said: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name != "AttributeValue" or not isinstance(value, dict):
            write(own, said, value, shape, key)
            return
        kinds: Any = own.MAP_TYPE()
        for kind, held in value.items():
            own._serialize(kinds, held, shape.members[kind], kind)
        said[key] = kinds

    patch.setattr(BaseJSONSerializer, "_serialize_type_structure", structure)
