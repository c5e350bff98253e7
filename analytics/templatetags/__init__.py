"""What the templates of the numbers share."""
