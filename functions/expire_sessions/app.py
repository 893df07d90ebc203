"""On a schedule: close dormant sessions, and tell their providers."""

from casino.bootstrap.launch import expiry_handler

handler = expiry_handler()
