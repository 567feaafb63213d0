"""The owner's own authorization server: IndieAuth on authlib's OAuth machinery."""
