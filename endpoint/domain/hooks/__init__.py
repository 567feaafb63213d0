"""Notices from the hosting: who signed them, and what they say."""
