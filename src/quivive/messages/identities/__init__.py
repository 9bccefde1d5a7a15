"""Who does a message pretend to be, and who is it?"""
