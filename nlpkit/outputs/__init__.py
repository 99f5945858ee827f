"""Where results go: whole or not at all, as a file, a folder of parts, or rows in any format."""

from .files import PendingFile, Sink, StandardOutput, beside, is_folder, output_errors, sync_folder

__all__ = ["PendingFile", "Sink", "StandardOutput", "beside", "is_folder", "output_errors", "sync_folder"]
