"""What reports keep of operations: crises, incidents, alerts, causes, promises as of the cut."""
