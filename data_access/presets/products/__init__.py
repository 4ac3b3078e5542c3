"""One module per product: its definitions and where they are written down."""
