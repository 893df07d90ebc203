"""On a schedule: close dormant sessions, and tell their providers."""

from casino.launch_bootstrap import expiry_handler

handler = expiry_handler()
