"""What is said in a recording, written down where it is English."""
