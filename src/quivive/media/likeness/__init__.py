"""Is this the same picture as another? Perceptual hashes, their distances, and a check of geometry."""
