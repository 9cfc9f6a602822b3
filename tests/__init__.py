"""Tests, in folders as the packages'; what they share lies in `support`."""
