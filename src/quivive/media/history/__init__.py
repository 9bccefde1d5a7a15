"""What does a picture file say about its own history: who wrote it, when, how often, and what hangs on it?"""
