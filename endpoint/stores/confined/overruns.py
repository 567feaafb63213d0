"""What a confined process is charged with when its answer cannot be had."""


class Overrun(Exception):
    """The process needed more than its limits, or broke down: the input is not to be trusted."""
