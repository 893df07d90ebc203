"""A simulated Invo: its webhooks with their retries, player tokens, items, and faults on demand.

Its own reading of the protocol; nothing here imports the wallet's. Its clock is simulated: it moves
by `POST /admin/clock {"advance_s": 300}` alone, and the deliveries that are due then are sent.

- `POST /admin/events {"event_type", "data", "idempotency_key", "lost", "gzip"}` makes a delivery;
  it is sent at once, and again, with a growing pause, until an answer is any 2xx.
- `POST /admin/rotate {"secret"}` gives a new signing secret: both sign from then on;
  `{"sdk_key"}` gives a new SDK key: the old one is dead at once.
- `POST /admin/faults` sets what goes wrong from now on, by the names of `Faults`.
- `GET /admin/state` tells deliveries with their answers, items, and the number of tokens.
"""
