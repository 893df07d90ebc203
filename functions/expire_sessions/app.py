"""Closes dormant sessions on a schedule, and tells their providers."""

from casino.wiring.sessions import expiry_handler

handler = expiry_handler()
