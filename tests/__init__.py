"""What crosses apps."""
