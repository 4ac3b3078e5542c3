"""What each screen does: one thin module per screen."""
