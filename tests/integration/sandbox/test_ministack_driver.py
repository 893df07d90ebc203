"""The driver that `make run` and the other integration tests stand on."""

import socket
from pathlib import Path
from typing import Any

import boto3
import pytest
from rich.console import Console

from sandbox import ministack as driver
from sandbox.up import boot


def test_a_started_stack_is_found_again_by_its_folder_and_gone_after_stop(tmp_path: Path) -> None:
    stack = driver.start(tmp_path, driver.free_port())
    try:
        assert stack.is_ready()
        found = driver.MiniStack.running(tmp_path)
        assert found == stack
        with pytest.raises(driver.LocalServerError, match="already runs"):
            driver.start(tmp_path, driver.free_port())
    finally:
        stack.stop()
    assert not stack.is_alive()
    assert driver.MiniStack.running(tmp_path) is None


def test_n3_another_port_or_host_than_the_running_one_has_is_refused(tmp_path: Path) -> None:
    port, console = driver.free_port(), Console(quiet=True)
    stack = boot(console, tmp_path, {"MINISTACK_PORT": str(port)})
    try:
        for other in ({"MINISTACK_PORT": str(port + 1)}, {"MINISTACK_HOST": "0.0.0.0"}):
            with pytest.raises(driver.LocalServerError, match="make down first"):
                boot(console, tmp_path, other)
        for same in ({}, {"MINISTACK_PORT": str(port), "MINISTACK_HOST": driver.LOOPBACK}):
            assert boot(console, tmp_path, same) == stack
    finally:
        stack.stop()


def test_a_stack_that_keeps_its_state_starts_with_what_it_ended_with(tmp_path: Path) -> None:
    def secrets(stack: driver.MiniStack) -> Any:
        return boto3.client(
            "secretsmanager",
            endpoint_url=stack.endpoint,
            region_name=driver.REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    first = driver.start(tmp_path, driver.free_port(), keep_state=True)
    try:
        secrets(first).create_secret(Name="kept", SecretString="it is still here")
    finally:
        first.stop()
    assert any(driver.state_folder(tmp_path).iterdir())
    second = driver.start(tmp_path, driver.free_port(), keep_state=True)
    try:
        assert secrets(second).get_secret_value(SecretId="kept")["SecretString"]
    finally:
        second.stop()


def test_a_port_that_another_program_holds_is_refused_with_advice(tmp_path: Path) -> None:
    with (
        socket.create_server((driver.LOOPBACK, 0)) as other,
        pytest.raises(driver.LocalServerError, match="MINISTACK_PORT"),
    ):
        driver.start(tmp_path, other.getsockname()[1])
    assert driver.MiniStack.running(tmp_path) is None


def test_a_folder_where_nothing_was_started_has_no_running_stack(tmp_path: Path) -> None:
    assert driver.MiniStack.running(tmp_path) is None
