"""Where did the money go, whose is it, and where can it still be stopped?"""
