"""The networks of recognition as torch modules, for training and GPUs."""
