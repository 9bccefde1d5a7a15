"""Whose address is it, who says so, and how sure are they? One file a question; `book` looks up."""
