"""Stores the events of the bus in the lake, from their queue."""

from casino.wiring.lake import lake_handler

handler = lake_handler()
