"""The whole system on one machine: its processes, the demo, the cluster, and who calls in them."""
