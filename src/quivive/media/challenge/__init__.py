"""What can be asked of a person in a live video call, and what do the answers mean? A page to print."""
