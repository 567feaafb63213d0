"""The outside world: git, SQL, files and other sites."""
