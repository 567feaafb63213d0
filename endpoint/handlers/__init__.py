"""Flask: a module for each endpoint URL. They know HTTP and nothing else."""
