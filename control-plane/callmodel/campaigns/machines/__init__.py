"""Answering machines told from people, by what is heard after the answer."""
