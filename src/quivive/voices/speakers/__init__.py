"""Is it the person it claims to be? Voices in numbers, compared, enrolled with consent, linked for a
purpose."""
