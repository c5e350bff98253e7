"""From what a vendor wrote to what a lead holds, field by field."""
