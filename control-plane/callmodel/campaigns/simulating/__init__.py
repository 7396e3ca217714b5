"""A campaign in virtual time: its own pacing, claims and rules, with people who answer as is assumed (ADR 51)."""
