"""Campaigns: whom a tenant calls, when, how often, with which agents, and what becomes of each lead."""
