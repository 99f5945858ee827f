"""Recognition: networks that turn sound into labels or words."""
