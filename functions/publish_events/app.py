"""Tells the world what was written, from the streams of the tables: archives it, then publishes."""

from casino.wiring.events import publish_handler

handler = publish_handler()
