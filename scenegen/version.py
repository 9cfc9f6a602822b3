"""The version of the program, which decides who may go on with whose run."""

__version__ = "0.3.1"
