"""`scenetrain eval-photos`: descriptors side by side on photographs with truth."""
