"""Trunks: HQ's SIP peerings with carriers."""
