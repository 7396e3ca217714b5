"""Phones that others wrote, and the browsers they run in; `make interop` tries them all."""
