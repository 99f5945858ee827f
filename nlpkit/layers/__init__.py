"""Network layers: attention, positions, recurrent cells, transformer layers, initialisation."""
