"""Samples of files of attributes for the tests that walk the whole graph."""

from support.calls import by_input

_SHOWN = "masked where the attribute is personal"
NOT_PERSONAL = {
    **dict.fromkeys(("AttributeFile.mediaType", "AttributeFile.name", "AttributeFile.url"), _SHOWN),
    "AttributeRules.fileExtensions": "what staff define",
    "FileUpload.fileId": "a secret of the one who asks",
    "FileUpload.url": "a secret of the one who asks",
}
_UPLOAD = {"attributeCode": "papers", "name": "papers.pdf", "size": 9}
CALLS = {"customerFileUploadCreate": [by_input(lambda _ids: _UPLOAD)]}
UNRECORDED = dict.fromkeys(("fileUploadCreate", "customerFileUploadCreate"), "stores nothing of a customer")
