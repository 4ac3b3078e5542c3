"""Playbooks at work: durable runs, step by step, whatever dies meanwhile."""
