"""Detection: counts in, judgements out. Pure: no database, no clock."""
