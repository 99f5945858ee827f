"""The networks of recognition without torch: quick to start, and the same alone as in a batch."""
