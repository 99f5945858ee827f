"""Tables: CSV, TSV and spreadsheets as records with a known number of cells."""
