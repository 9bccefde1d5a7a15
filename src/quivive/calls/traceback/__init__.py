"""Where did a call come from, provider by provider?"""
