"""The sample company in a home of its own: filled, kept alive, served."""
