"""Lists as files: written by a job, downloaded by those who may see what is in them (docs/domain/exports.md#exports-1)."""
