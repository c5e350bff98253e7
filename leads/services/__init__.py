"""The verbs of leads: each checks, writes, signs its change and publishes its event, in one transaction."""
