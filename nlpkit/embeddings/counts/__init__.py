"""The parts of embedders that count terms."""
