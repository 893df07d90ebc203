"""POST /webhooks/igsp/v1/refund: give a stake back, once."""

from casino.bootstrap.start import frozen_start

with frozen_start():
    from casino.bootstrap.hooks import hook_handler

    handler = hook_handler("refund")
