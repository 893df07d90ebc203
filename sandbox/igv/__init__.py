"""A simulated iGV: the seller's and the merchant's API, callbacks with their retries, faults.

Its own reading of the protocol; nothing here imports the wallet's. Its clock is simulated: it moves
by `POST /admin/clock {"advance_s": 300}` alone, and the callbacks that are due then are sent.

- `POST /admin/orders {"order_id", "buyer_id", "lost"}` pays an order; the first callback goes at
  once, and again after 5 and after another 30 minutes unless the answer is exactly 200. `lost`
  callbacks reach nobody.
- `POST /admin/faults` sets what goes wrong from now on, by the names of `Faults`.
- `GET /admin/state` tells orders, deliveries, callbacks, and the number of logins.
"""
