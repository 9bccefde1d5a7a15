"""Conversations: exports of messengers, backups of text messages, transcripts of calls."""
