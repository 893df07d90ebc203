"""Counts yesterday's ledger against the archive of events, by schedule."""

from casino.wiring.events import count_handler

handler = count_handler()
