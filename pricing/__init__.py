"""What a lead costs: the price book, its versions, and quotes with their reasons."""
