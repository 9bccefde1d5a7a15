"""What was seen, by whom, and why is it suspicious? A report in the format of goAML, UNODC's software."""
