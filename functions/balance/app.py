"""POST /webhooks/igsp/v1/balance: tell the player's spendable balance."""

from casino.aws.start import frozen_start

with frozen_start():
    from casino.dialects.igsp.dialect import Igsp
    from casino.wiring.hooks import hook_handler

    handler = hook_handler(Igsp("balance"))
