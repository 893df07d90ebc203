"""Certifies any wallet of iGSP, Flexsoft or WinUpGo over HTTP; its report can be signed.

It shares no code with the wallet of this project: it signs, counts and judges by itself.
"""
