"""POST /flexsoft/v1/{auth,withdraw,deposit,balance}: the wallet in Flexsoft's words."""

from casino.aws.start import frozen_start

with frozen_start():
    from casino.dialects.flexsoft.dialect import Flexsoft
    from casino.wiring.tokens import token_hook_handler

    handler = token_hook_handler(Flexsoft())
