"""AWS as the stores call it: clients, table names, the meaning of DynamoDB's failures."""
