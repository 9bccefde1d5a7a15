"""Which calls belong to one campaign, and why?"""
