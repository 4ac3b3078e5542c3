"""What is said in a crisis: templates in many languages, checks, signatures, sending."""
