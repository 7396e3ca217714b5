"""Stations: the phones that agents are seated at."""
