"""The game page of every simulated counterpart: one page, one script, and the routes behind it.

A counterpart brings its own rounds, in its own protocol's words. All money moves on the server.
"""
