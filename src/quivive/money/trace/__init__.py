"""Where did the money go, where did it come from, and where can it still be stopped?"""
