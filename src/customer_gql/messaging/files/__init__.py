"""Files that the shop keeps: uploads, reports and exports, in the database, a folder or a bucket (docs/domain/files.md#files-1)."""
