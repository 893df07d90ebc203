"""AWS as the stores call it: clients, table names, and what DynamoDB's failures mean."""
