"""What tells where a point of one picture lies in the other, one file for each kind."""
