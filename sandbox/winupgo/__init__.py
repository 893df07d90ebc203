"""A simulated WinUpGo: an OAuth client that opens sessions, and plays rounds in two steps.

Signatures, fields and amounts are its own reading of the protocol, none of the wallet's code.
"""
