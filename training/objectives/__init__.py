"""What is minimised: the stable single-pixel contrastive loss and its named alternatives."""
