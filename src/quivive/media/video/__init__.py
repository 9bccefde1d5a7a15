"""What does a video say of itself, and which of its pictures are worth a look? (Its sound: `voices`.)"""
