"""A believable cross-border merchant, generated from a seed and an instant."""
