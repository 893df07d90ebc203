"""iGV's orders: finds on a schedule those whose callbacks were lost, and tells of deliveries."""

from casino.wiring.igv import orders_handler

handler = orders_handler()
