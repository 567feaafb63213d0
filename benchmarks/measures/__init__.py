"""What is measured, a module for each: ``measure(run)`` adds figures to those of ``run``."""
