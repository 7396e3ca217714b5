"""Recordings: what each answered call owes, what it got, and where it lies."""
