"""POST /winupgo/v1/{sessions,bets/authorize,bets/settle,bets/rollback,events}."""

from casino.aws.start import frozen_start

with frozen_start():
    from casino.wiring.winupgo import winupgo_handler

    handler = winupgo_handler()
