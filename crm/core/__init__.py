"""The platform: people and sign-in, errors, paging, events, the signature of a change. Names no domain noun."""
