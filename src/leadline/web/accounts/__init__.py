"""Organisations, who signs in, what each is granted, invitations, the audit chain."""
