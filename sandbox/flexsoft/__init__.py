"""A simulated Flexsoft: it opens games, calls the wallet API, and takes gifts.

Signatures, fields and unit are its own reading of the partner's pages, none of the wallet's code.
"""
