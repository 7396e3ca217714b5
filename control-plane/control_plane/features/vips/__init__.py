"""VIPs: customers who are never left waiting."""
