"""Crises: levels by criteria, what people declare, what belongs to them, the law's clocks."""
