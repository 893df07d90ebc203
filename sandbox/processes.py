"""What starting and stopping the local stack's programs has in common."""

import os
import socket
import time
from collections.abc import Callable


def is_free(port: int, host: str) -> bool:
    """Whether nothing listens on `port`."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def send_signal(pid: int, number: int) -> bool:
    """Whether there was a process to receive the signal."""
    return _sent(os.kill, pid, number)


def send_group_signal(pid: int, number: int) -> bool:
    """Whether there was a process group to receive the signal."""
    return _sent(os.killpg, pid, number)


def poll(condition: Callable[[], bool], timeout_s: float, pause_s: float = 0.05) -> bool:
    """Whether `condition` became true before the time was over."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_s)
    return True


def _sent(send: Callable[[int, int], None], pid: int, number: int) -> bool:
    try:
        send(pid, number)
    except ProcessLookupError:
        return False
    return True
