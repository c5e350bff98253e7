"""The platform's verbs: signing in and out, passwords, accounts, invitations."""
