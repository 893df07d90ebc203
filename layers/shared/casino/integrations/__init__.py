"""Who may call, with which credentials, and what an operator changed of them."""
