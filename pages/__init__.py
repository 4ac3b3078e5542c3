"""What each screen looks like: one module per screen, layout only."""
