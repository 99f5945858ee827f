"""Parts of networks: attention, positions, recurrent cells, transformer layers, initial weights."""
