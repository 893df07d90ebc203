"""The seamless wallet: one package for the Lambda functions, the tests and the operators' tools."""
