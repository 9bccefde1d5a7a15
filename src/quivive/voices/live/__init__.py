"""Listening while a call is going on: Media Streams and RTP in, a running verdict out."""
