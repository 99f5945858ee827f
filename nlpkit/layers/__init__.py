"""Building blocks of models: attention, positions, recurrent cells, transformer layers, initial weights."""
