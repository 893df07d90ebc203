"""Acts on what partners told us: from the table's stream at once, from the schedule again."""

from casino.wiring.delivery_work import delivery_handler

handler = delivery_handler()
