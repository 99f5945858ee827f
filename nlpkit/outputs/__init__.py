"""Output of results, complete or not at all: a file, a folder of parts, or rows in one of several formats."""

from .files import PendingFile, Sink, StandardOutput, beside, is_folder, output_errors, sync_folder

__all__ = ["PendingFile", "Sink", "StandardOutput", "beside", "is_folder", "output_errors", "sync_folder"]
