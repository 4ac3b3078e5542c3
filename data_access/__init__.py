"""From other people's files to our numbers: contracts, sources, warehouse, marts, metrics, state."""
