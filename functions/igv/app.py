"""Receives iGV's callbacks to a seller."""

from casino.aws.start import frozen_start

with frozen_start():
    from casino.dialects.igv.callback import IgvCallback
    from casino.wiring.deliveries import receiver_handler

    handler = receiver_handler(IgvCallback())
