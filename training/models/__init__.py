"""Networks: the paper's U-Net and pixel classifier."""
