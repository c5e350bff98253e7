"""What agencies did: figures, trend, grade and findings. docs/agency-grades.md explains them."""
