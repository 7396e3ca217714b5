"""Tenants: clients whose agents, numbers and rules live apart from each other."""
