"""Makes wallets, rounds and markers agree with the entries again, after a restore tore writes."""
