"""From numbers to what a reader sees: texts, status and rows in the reader's language. Pure."""
