"""Reports over the lake: its objects in, rows out. Nothing here knows a table of the wallet."""
