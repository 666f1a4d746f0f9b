"""Files that the shop keeps: uploads, reports and exports, in the database or in a folder (docs/domain/files.md#files-1)."""
