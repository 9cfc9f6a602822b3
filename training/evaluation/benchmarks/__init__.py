"""Sets of pairs with truth, one file for each kind; none knows another."""
