"""An iGSP wallet in memory that makes the mistakes that it is told to make, and else none.

It shows that the certification kit can fail: `mistakes.MISTAKES` says which scenarios each mistake
turns red.
"""
