"""The desk of staff for mails: dead ones, previews, and the texts the shop writes itself."""
