"""The simulated provider: the other side of iGSP, for the local stack and for tests.

The simulation shares no code with `casino`: signatures, money and paging are written a second time,
so that our requests and answers meet another reading of the standard. It is never deployed. It
listens on the loopback interface, and its admin routes trust every caller.

Run it:    PROVIDER_API_KEY=… PROVIDER_SECRET_KEY=… python -m sandbox.provider --port 8090
           --hooks-url URL [--host 127.0.0.1] [--seed 1] [--games 5000] [--providers 40]
           [--latency-ms 0] [--public-url URL]
In tests:  process.start(port, hooks_url, api_key, secret_key, folder=…, seed=1, …) → a process with
           `provider_url`, `control` and `stop()`; or app.create_app(ProviderConfig(…)) in process.
           control.Control(base_url) has a method for each admin route.

iGSP, signed, at `<base>/igsp/v1` (an integration's `provider_url`); every answer has X-Request-Id
    GET    /providers, /games       cursor, limit 1 to 200 (default 50), updated_after (strict).
           Ordered by (updated_at, id): a record that changes during a listing comes again at its
           end. A cursor carries its updated_after; another one beside it is a 400.
    POST   /sessions                201 {"url"}; 400, 401, 403; 409 when the session_id was played,
           closed, or belongs to another request. The same request again gets the same URL.
    DELETE /sessions/{session_id}   204, also when it was closed before; 404 when unknown.

The game, for a browser: GET /play/{token}, with /play/{token}/state and POST /play/{token}/spin;
/play/{token}/books says what each round moved, POST /play/{token}/settle sends again what is owed.
A token is random and says nothing. A demo session plays for play money and calls no hook.

Admin, JSON, unsigned, at `<base>/admin`
    GET    /stats      requests by endpoint (`providers`, `games`, `sessions`, `close`), `by_status`
           by endpoint, `records_served`, `sessions_created`, `sessions_closed`, `refused` (401 and
           403), `hooks` by action, `catalogue` {providers, games, by_status}. DELETE: back to zero
    GET, POST, DELETE /faults       list; add (201 {"id"}); forget all. See below
    GET    /games, /providers       every record, also what is not listed: {"records": […]}
    POST   /games, /providers       {"records": […]}: added as they are; a game's missing fields
           are filled in, `id`s and `updated_at` are made. 201 {"ids": […]}
    PATCH  /games, /providers       {"ids": […], "set": {…}, "unset": […]}: changes them as told,
           and their updated_at to a time later than any before. Nothing set: only touched
    DELETE /games/{id}, /providers/{id}   deleted_at is set; with ?hard=true it is gone at once
    POST   /credentials             {"api_key", "secret_key", "hooks_url"}: one more platform
    PATCH  /config     {"latency_ms", "public_url", "hooks_url"}: any of them
    POST   /reset      the catalogue as generated; no faults, sessions, counts or added credentials
    GET, POST, DELETE /line   what happens to hooks on their way: see `sandbox.game.troubles`
    GET    /sessions, /sessions/{session_id}   {"session_id", "url", "status", "rounds", "request"}
    POST   /sessions/{session_id}/rounds   {"count": 1, "stake": "1.00", "win": null}: plays rounds
           through the hooks; 200 {"rounds": […]}, each as /spin answers

A fault: {"kind", "endpoint": "providers" | "games" | "sessions" | "close" | "any", "times": 1,
"after": 0, …options}. It lets `after` requests of its endpoint pass, then meets `times` (0: until
it is forgotten). Of several that apply, the one added first is met.
    status       `status` 500, `retry_after` none, `carried_out` false: true acts before answering
                 so. 409 on sessions, 429, 500 … are all this
    slow         the right answer, `delay_s` 2.0 late
    timeout      carried out, but no answer for `delay_s` 30, or until the caller hangs up
    truncated    the connection ends in the middle of the body
    broken_page  the right status, half of the JSON
    garbage      `status` (default the right one), `body` HTML, `content_type` text/html
    repeated_cursor   cursor.next leads to this same page again
    unknown_field     `field` "surprise", `value` "new" in the records at `records` [0] of the page
    changed_type      `field` "name", `value` 7 there
    missing_field     `field` "name" is left out there
    shrunk       the list ends after `share` 0.3 of the catalogue
    fewer_than_announced   `count` 5 records are left out of a page whose meta counts them
    launch_url   sessions: 201 with `url` as told; the session exists
"""
