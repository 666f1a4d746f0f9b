"""`--only export`: a list of a million customers as a CSV file, against what `COPY` takes for the same rows."""
