"""The parts of the KEMI script: each reads from KSR, asks `edge_proxy`, and carries out what it decided."""
