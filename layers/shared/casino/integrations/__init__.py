"""Who may call: integrations, their credentials, and the audit of changes."""
