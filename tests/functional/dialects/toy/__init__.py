"""A counterpart that does everything unlike iGSP: forms, cents, one line of text for an answer."""
