"""Scheduled: synchronise every provider's catalogue; invoked by name: one integration's."""

from casino.wiring.catalogue import sync_handler

handler = sync_handler()
