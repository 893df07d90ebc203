"""On a schedule: close dormant sessions, and tell their providers."""

from casino.wiring.sessions import expiry_handler

handler = expiry_handler()
