"""The iGSP wire: what providers send and read."""
