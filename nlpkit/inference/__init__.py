"""Networks that run without torch: compiled products and steps on packed weights."""
