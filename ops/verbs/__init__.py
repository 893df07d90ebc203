"""The verbs, one module per noun: each reads the input, asks one use case, shapes the answer.

A verb is a plain function of (operations, its own arguments) that returns an `Output`; `ops.cli`
makes it a command. One that changes something takes `who`, an `Asked` or an `Explained`, for its
audit record. `VERBS` holds a module's verbs under the names that operators type.
"""
