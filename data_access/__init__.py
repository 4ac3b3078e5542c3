"""From other people's files to our numbers: sources, contracts, warehouse, metrics, rollups, state."""
