"""Synchronises catalogues: every provider's on a schedule, one integration's on demand."""

from casino.wiring.catalogue import sync_handler

handler = sync_handler()
