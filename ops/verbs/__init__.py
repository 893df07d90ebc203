"""The verbs, one module per noun: each reads what was typed, asks one use case, shapes the answer.

A verb is a plain function of (operations, its own arguments) that returns an `Output`; `ops.cli`
makes it a command. `VERBS` names a module's verbs as they are typed.
"""
