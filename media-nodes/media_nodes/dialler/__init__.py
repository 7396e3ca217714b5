"""The dialler: paces campaigns over all sites, claims their leads, and orders media nodes to dial them (ADR 44)."""
