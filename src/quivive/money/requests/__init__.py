"""Freeze requests, suspicious-transaction reports, Travel Rule messages: written, never sent."""
