"""Translation models in compiled code, without torch."""
