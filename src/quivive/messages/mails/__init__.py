"""Mail and its bodies: what stands in it, and what was hidden in it?"""
