"""What staff do with mails: retry dead ones, preview mails, and replace their texts."""
