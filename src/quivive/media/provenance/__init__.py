"""Does a file carry signed provenance (C2PA), does it still hold, and what does its signer state?"""
