"""What models are made of: attention, positions, recurrent cells, transformer layers, initial weights."""
