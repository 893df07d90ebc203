"""The tables of cases of docs/flexsoft.md and docs/winupgo.md as plays, a function for each row.

tests/functional plays them through the function in this process, tests/integration over HTTP on the
deployed stack, with the same operators' verbs. A contract test holds pages and plays together.
"""
