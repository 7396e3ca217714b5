"""Users: who may sign in, where they belong, and their roles per tenant."""
