"""IndieAuth's words: client ids, redirect URIs, scopes, profiles and metadata."""
