"""The speech engines and vocoders that make synthetic speech for training, one module each."""
