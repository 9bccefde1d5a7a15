"""The channel of recorded voices: reading sound, finding speech, and judging whose it is."""
