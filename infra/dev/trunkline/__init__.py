"""The `trunkline` command: one entry to every process, the development stack, the demo and the doctor."""
