"""Which column of whose call records means what?"""
