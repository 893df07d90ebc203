"""Receives Invo's webhooks."""

from casino.aws.start import frozen_start

with frozen_start():
    from casino.dialects.invo.webhook import InvoWebhook
    from casino.wiring.deliveries import receiver_handler

    handler = receiver_handler(InvoWebhook())
