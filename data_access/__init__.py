"""From other people's files to our numbers: sources, warehouse, marts, metrics, state."""
