"""Operational state: import batches, quarantine, rules, alerts, leases; SQLAlchemy and Alembic."""
