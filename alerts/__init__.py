"""Early warning: detection, rules, lifecycle and the worker."""
