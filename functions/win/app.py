"""POST /webhooks/igsp/v1/win: credit a payout, once."""

from casino.aws.start import frozen_start

with frozen_start():
    from casino.dialects.igsp.dialect import Igsp
    from casino.wiring.hooks import hook_handler

    handler = hook_handler(Igsp("win"))
