"""Files are uploaded for one attribute by one who may store it, judged by their content, and stored once
(docs/domain/attributes.md#attributes-15)."""

import asyncio
import io
from typing import Any

import pytest
from PIL import Image

from customer_gql.core.ids import decode_keys, encode_id
from customers.attributes.samples import delete_made, make_attribute
from support.customers import customer_id, make_customer
from support.staff import staff_client

FILE = "attributes { code display text file { id name mediaType sizeBytes url } }"
ERRORS = "userErrors { code key path }"
ASK = f"""mutation A($input: FileUploadCreateInput!) {{ fileUploadCreate(input: $input) {{
  upload {{ url fileId expiresAt }} {ERRORS} }} }}"""
ASK_AS_STAFF = f"""mutation A($input: FileUploadCreateInput!) {{ customerFileUploadCreate(input: $input) {{
  upload {{ url fileId }} {ERRORS} }} }}"""
EDIT = f"""mutation E($input: MeUpdateInput!) {{ meUpdate(input: $input) {{ changedFields customer {{ {FILE} }} {ERRORS} }} }}"""
STAFF_EDIT = f"""mutation E($input: CustomerUpdateInput!) {{ customerUpdate(input: $input) {{
  customer {{ {FILE} }} {ERRORS} }} }}"""
ADDRESS_CREATE = f"""mutation C($input: AddressCreateInput!) {{ addressCreate(input: $input) {{
  address {{ id {FILE} }} {ERRORS} }} }}"""
SIGN_UP = f"mutation S($input: SignUpInput!) {{ signUp(input: $input) {{ {ERRORS} }} }}"
ONE = f"query O($id: ID!) {{ customer(id: $id) {{ {FILE} history(first: 1) {{ nodes {{ changes {{ field before after }} }} }} }} }}"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
STREET = {
    "firstName": "Ann",
    "lastName": "Lee",
    "street": ["1 High Street"],
    "city": "Leeds",
    "postcode": "LS1 1AA",
    "countryCode": "GB",
    "telephone": "0113 496 0000",
}


@pytest.fixture(autouse=True)
async def few_attributes(connection):
    yield
    await delete_made(connection)


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def papers(connection):
    """An attribute of customers."""
    return await make_attribute(connection, type="FILE", label="Papers")


@pytest.fixture
async def me(as_customer, connection):
    customer = await make_customer(connection)
    client = await as_customer(customer.id)
    client.row = customer
    return client


async def call(client: Any, document: str, **input: Any) -> Any:
    [answer] = (await client.data(document, input=input)).values()
    return answer


def refusals(answer: Any) -> list[tuple[str, str, list[str]]]:
    return [(one["code"], one["key"], one["path"]) for one in answer["userErrors"]]


async def ask(client: Any, row: Any, content: bytes = PDF, name: str = "papers.pdf", **given: Any) -> Any:
    document = ASK if client.path == "/graphql" else ASK_AS_STAFF
    answer = await call(client, document, attributeCode=row.code, name=name, size=len(content), **given)
    assert answer["userErrors"] == []
    return answer["upload"]


async def send(client: Any, url: str, content: Any, **headers: str) -> Any:
    return await client.http.put(url, content=content, headers=headers)


async def upload(client: Any, row: Any, content: bytes = PDF, name: str = "papers.pdf", **given: Any) -> str:
    """The id to store it by."""
    asked = await ask(client, row, content, name, **given)
    sent = await send(client, asked["url"], content)
    assert sent.status_code == 200, sent.text
    return asked["fileId"]


def give(row: Any, file: str | None) -> dict[str, Any]:
    return {"attributes": [{"code": row.code, "value": None if file is None else {"fileId": file}}]}


def picture(form: str, size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (200, 10, 10)).save(written, format=form, **options)
    return written.getvalue()


async def test_a_customer_uploads_a_file_and_gets_it_back(me, papers, boss):
    asked = await ask(me, papers)
    assert asked["url"].startswith("/files/uploads/cgq_")
    assert (await send(me, asked["url"], PDF)).json() == {
        "name": "papers.pdf",
        "mediaType": "application/pdf",
        "sizeBytes": len(PDF),
    }
    edited = await call(me, EDIT, **give(papers, asked["fileId"]))
    assert (edited["userErrors"], edited["changedFields"]) == ([], [f"attributes.{papers.code}"])
    [shown] = edited["customer"]["attributes"]
    url = shown["file"].pop("url")
    assert shown == {
        "code": papers.code,
        "display": "papers.pdf",
        "text": None,
        "file": {"id": asked["fileId"], "name": "papers.pdf", "mediaType": "application/pdf", "sizeBytes": len(PDF)},
    }
    got = await me.http.get(url)
    assert (got.status_code, got.content) == (200, PDF)
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''papers.pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    again = await call(me, EDIT, **give(papers, asked["fileId"]))
    assert (again["userErrors"], again["changedFields"]) == ([], [])
    of_staff = (await boss.data(ONE, id=customer_id(me.row)))["customer"]
    [change] = of_staff["history"]["nodes"][0]["changes"]
    stored = encode_id("afl", decode_keys(asked["fileId"], "afl", 2)[0])
    assert change == {"field": f"attributes.{papers.code}", "before": None, "after": f"papers.pdf ({stored})"}
    cleared = await call(me, EDIT, **give(papers, None))
    assert (cleared["userErrors"], cleared["customer"]["attributes"]) == ([], [])
    assert (await me.http.get(url)).status_code == 404
    reused = await call(me, EDIT, **give(papers, asked["fileId"]))
    assert refusals(reused) == [
        ("NOT_FOUND", "attribute.file_not_found", ["attributes", "0", "value", "fileId"]),
    ]


async def test_a_file_is_for_the_one_who_uploaded_it(me, papers, boss, as_customer, connection):
    other = await as_customer((await make_customer(connection)).id)
    another = await make_attribute(connection, type="FILE")
    of_staff, own = await upload(boss, papers), await upload(me, papers)
    wrong = ("NOT_FOUND", "attribute.file_not_found", ["attributes", "0", "value", "fileId"])
    id, secret = decode_keys(own, "afl", 2)
    for client, row, file in (
        (other, papers, own),
        (me, papers, of_staff),
        (me, another, own),
        (me, papers, encode_id("afl", id, secret ^ 1)),
        (me, papers, encode_id("afl", id)),
        (me, papers, "afl_x"),
    ):
        assert refusals(await call(client, EDIT, **give(row, file))) == [wrong]
    answer = await call(boss, STAFF_EDIT, id=customer_id(me.row), **give(papers, own))
    assert refusals(answer) == [wrong]
    assert (await call(me, EDIT, **give(papers, own)))["userErrors"] == []


async def test_staff_store_what_they_uploaded(me, boss, connection):
    hidden = await make_attribute(connection, type="IMAGE", forms=[], is_visible=False)
    content = picture("PNG")
    file = await upload(boss, hidden, content, "face.png")
    answer = await call(boss, STAFF_EDIT, id=customer_id(me.row), **give(hidden, file))
    [shown] = answer["customer"]["attributes"]
    assert (shown["file"]["name"], shown["file"]["mediaType"]) == ("face.png", "image/png")
    assert shown["file"]["url"].startswith("/admin/files/values/")
    got = await boss.http.get(shown["file"]["url"])
    assert (got.status_code, got.headers["content-type"]) == (200, "image/png")
    subjects = "SELECT count(*) FROM staff_event WHERE kind = 'FILE_DOWNLOADED' AND changes::text LIKE '%face.png%'"
    assert await connection.fetchval(subjects) == 1
    refused = await call(me, ASK, attributeCode=hidden.code, name="face.png", size=1)
    assert refusals(refused) == [("NOT_FOUND", "attribute.unknown", ["attributeCode"])]


async def test_a_guest_uploads_for_a_sign_up(browser, papers, boss, connection):
    guest, email = await browser(), f"{papers.code}@shop.example"
    file = await upload(guest, papers)
    person = {"email": email, "firstName": "Ann", "lastName": "Lee", "password": "Correct horse battery 9"}
    assert (await call(guest, SIGN_UP, **person, **give(papers, file)))["userErrors"] == []
    row = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
    [shown] = (await boss.data(ONE, id=encode_id("cus", row["id"])))["customer"]["attributes"]
    assert shown["file"]["id"] == file
    again = await call(guest, SIGN_UP, **{**person, "email": f"b.{email}"}, **give(papers, file))
    assert refusals(again) == [("NOT_FOUND", "attribute.file_not_found", ["attributes", "0", "value", "fileId"])]
    of_edit = await make_attribute(connection, type="FILE", forms=["ACCOUNT_EDIT"])
    refused = await call(guest, ASK, attributeCode=of_edit.code, name="a.pdf", size=1)
    assert refusals(refused) == [("NOT_FOUND", "attribute.unknown", ["attributeCode"])]


async def test_guests_of_one_address_upload_twenty_files_an_hour(browser, papers):
    guest = await browser()
    for _ in range(20):
        await ask(guest, papers)
    answer = await guest.answer(ASK, input={"attributeCode": papers.code, "name": "a.pdf", "size": 1})
    assert [one["extensions"]["code"] for one in answer["errors"]] == ["RATE_LIMITED"]
    await ask(await browser(), papers)


async def test_addresses_have_files(me, connection):
    plan = await make_attribute(connection, entity="ADDRESS", type="FILE")
    file = await upload(me, plan, entity="ADDRESS")
    made = await call(me, ADDRESS_CREATE, **STREET, **give(plan, file))
    [shown] = made["address"]["attributes"]
    assert (await me.http.get(shown["file"]["url"])).content == PDF
    again = await call(me, ADDRESS_CREATE, **STREET, **give(plan, file))
    assert refusals(again) == [("NOT_FOUND", "attribute.file_not_found", ["attributes", "0", "value", "fileId"])]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": "page.html"}, ("INVALID", "attribute.file_extension", ["name"])),
        ({"name": "drawing.svg"}, ("INVALID", "attribute.file_extension", ["name"])),
        ({"name": "no ending"}, ("INVALID", "attribute.file_extension", ["name"])),
        ({"name": "../a.pdf"}, ("INVALID", "attribute.file_name_invalid", ["name"])),
        ({"name": ""}, ("INVALID", "attribute.file_name_invalid", ["name"])),
        ({"size": 0}, ("INVALID", "attribute.file_empty", ["size"])),
        ({"size": 5 * 1024 * 1024 + 1}, ("TOO_LONG", "attribute.file_too_large", ["size"])),
        ({"attributeCode": "nothing"}, ("NOT_FOUND", "attribute.unknown", ["attributeCode"])),
        ({"entity": "ADDRESS"}, ("NOT_FOUND", "attribute.unknown", ["attributeCode"])),
    ],
)
async def test_what_is_no_file_of_the_attribute_is_refused_at_once(given, expected, me, papers, connection):
    answer = await call(me, ASK, **{"attributeCode": papers.code, "name": "a.pdf", "size": 9, **given})
    assert expected in refusals(answer)
    assert answer["upload"] is None
    assert await connection.fetchval("SELECT count(*) FROM attribute_upload WHERE attribute_id = $1", papers.id) == 0


async def test_texts_take_no_files_and_files_no_texts(me, papers, connection):
    text = await make_attribute(connection)
    refused = await call(me, ASK, attributeCode=text.code, name="a.pdf", size=1)
    assert refusals(refused) == [("NOT_ALLOWED", "attribute.not_for_type", ["attributeCode"])]
    answer = await call(me, EDIT, attributes=[{"code": papers.code, "value": {"text": "a"}}])
    assert refusals(answer) == [("INVALID", "attribute.wrong_member", ["attributes", "0", "value"])]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"<html><script>alert(1)</script></html>"),
        ("a.png", picture("JPEG")),
        ("a.jpg", picture("PNG")),
        ("a.png", picture("PNG")[:60]),
        ("a.pdf", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.pdf", b"<html><!-- %PDF-1.4 --><script>alert(1)</script></html>"),
        ("a.txt", b" \n<!doctype html><p>"),
        ("a.txt", b"a\0b"),
        ("a.csv", b"\xff\xfe"),
        ("a.docx", b"PK\3\4 nothing"),
        ("a.odt", b"PK\3\4" + 26 * b"\0" + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
        ("a.docx", b"PK\3\4[Content_Types].xml word/document.xml word/vbaProject.bin"),
    ],
)
async def test_the_content_decides_what_a_file_is(name, content, me, papers, connection):
    asked = await ask(me, papers, content, name)
    sent = await send(me, asked["url"], content)
    [error] = sent.json()["errors"]
    assert (sent.status_code, error["extensions"]["key"]) == (400, "attribute.file_content")
    refused = await call(me, EDIT, **give(papers, asked["fileId"]))
    assert refusals(refused) == [
        ("NOT_ALLOWED", "attribute.file_not_sent", ["attributes", "0", "value", "fileId"]),
    ]
    assert (
        await connection.fetchval("SELECT count(*) FROM stored_file WHERE purpose = 'ATTRIBUTE' AND name = $1", name)
        == 0
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "Grüße\n".encode()),
        ("a.csv", b"\xef\xbb\xbfname,size\r\nAnn,1\r\n"),
        ("a.docx", b"PK\3\4[Content_Types].xml word/document.xml"),
        ("a.odt", b"PK\3\4" + 26 * b"\0" + b"mimetypeapplication/vnd.oasis.opendocument.text"),
        ("A.PDF", PDF),
    ],
)
async def test_documents_are_stored_as_they_are(name, content, me, papers):
    file = await upload(me, papers, content, name)
    [shown] = (await call(me, EDIT, **give(papers, file)))["customer"]["attributes"]
    assert (await me.http.get(shown["file"]["url"])).content == content


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
async def test_pictures_keep_their_pixels_alone(form, me, connection):
    face = await make_attribute(connection, type="IMAGE")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "SECRET-PLACE"
    options: dict[str, Any] = {"comment": b"SECRET-PLACE"} if form == "GIF" else {"exif": exif}
    content = picture(form, **options)
    assert b"SECRET-PLACE" in content
    ending = {"JPEG": "jpeg"}.get(form, form.lower())
    file = await upload(me, face, content, f"face.{ending}")
    [shown] = (await call(me, EDIT, **give(face, file)))["customer"]["attributes"]
    stored = (await me.http.get(shown["file"]["url"])).content
    assert b"SECRET" not in stored
    assert len(stored) == shown["file"]["sizeBytes"]
    with Image.open(io.BytesIO(stored)) as found:
        assert (found.format, found.size) == (form, (40, 20) if form == "GIF" else (20, 40))
        assert not found.getexif()


async def test_a_picture_of_too_many_pixels_is_not_decoded(me, connection):
    face = await make_attribute(connection, type="IMAGE")
    for size in ((6_000, 6_000), (16_000, 16_000)):
        content = picture("PNG", size)
        asked = await ask(me, face, content, "bomb.png")
        sent = await send(me, asked["url"], content)
        assert (sent.status_code, sent.json()["errors"][0]["extensions"]["key"]) == (400, "attribute.image_too_large")
    small = await make_attribute(connection, type="IMAGE", rules={"maxImageWidth": 30})
    asked = await ask(me, small, picture("PNG"), "wide.png")
    sent = await send(me, asked["url"], picture("PNG"))
    params = sent.json()["errors"][0]["extensions"]["params"]
    assert params == {"width": 30, "height": 20_000, "pixels": 25_000_000}


async def test_rules_say_which_files_are_taken(me, boss, connection):
    create = f"""mutation C($input: AttributeCreateInput!) {{ attributeCreate(input: $input) {{
      attribute {{ rules {{ fileExtensions maxFileSize maxImageWidth maxImageHeight }} }} {ERRORS} }} }}"""
    given = {"entity": "CUSTOMER", "code": "a_of_files", "type": "IMAGE", "label": "Face", "forms": ["ACCOUNT_EDIT"]}
    rules = {"fileExtensions": [".PNG", "png"], "maxFileSize": 200, "maxImageWidth": 50, "maxImageHeight": 60}
    answer = await call(boss, create, **given, isVisible=True, rules=rules)
    assert answer["attribute"]["rules"] == {**rules, "fileExtensions": ["png"]}
    refused = await call(me, ASK, attributeCode="a_of_files", name="a.jpg", size=10)
    assert refusals(refused) == [("INVALID", "attribute.file_extension", ["name"])]
    refused = await call(me, ASK, attributeCode="a_of_files", name="a.png", size=201)
    assert refusals(refused) == [("TOO_LONG", "attribute.file_too_large", ["size"])]
    for type, wrong, expected in (
        ("IMAGE", {"fileExtensions": ["pdf"]}, ("attribute.extension_unknown", ["rules", "fileExtensions", "0"])),
        ("FILE", {"fileExtensions": ["svg"]}, ("attribute.extension_unknown", ["rules", "fileExtensions", "0"])),
        ("FILE", {"fileExtensions": []}, ("attribute.no_extensions", ["rules", "fileExtensions"])),
        ("FILE", {"maxImageWidth": 9}, ("attribute.not_for_type", ["rules", "maxImageWidth"])),
        ("FILE", {"maxFileSize": 20 * 1024 * 1024 + 1}, ("attribute.out_of_range", ["rules", "maxFileSize"])),
        ("TEXT", {"maxFileSize": 1}, ("attribute.not_for_type", ["rules", "maxFileSize"])),
    ):
        answer = await call(boss, create, **{**given, "code": "a_wrong", "type": type}, rules=wrong)
        assert [(key, path) for _, key, path in refusals(answer)] == [expected]
    answer = await call(boss, create, **{**given, "code": "a_wrong"}, defaultValue={"text": "a"})
    assert [(key, path) for _, key, path in refusals(answer)] == [("attribute.not_for_type", ["defaultValue"])]


async def test_a_url_takes_one_file_of_its_size(me, papers, connection):
    asked = await ask(me, papers)
    for wrong in (PDF + b"x", PDF[:-1], b""):
        sent = await send(me, asked["url"], wrong)
        assert (sent.status_code, sent.json()["errors"][0]["extensions"]["key"]) == (400, "upload.size_wrong")
    answers = await asyncio.gather(*(send(me, asked["url"], PDF) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409]
    assert (await send(me, asked["url"], PDF)).status_code == 409
    assert (await send(me, asked["url"] + "x", PDF)).status_code == 404
    late = await ask(me, papers)
    await connection.execute(
        "UPDATE attribute_upload SET expires_at = now() - interval '1 s' WHERE attribute_id = $1 AND file_id IS NULL",
        papers.id,
    )
    sent = await send(me, late["url"], PDF, **{"Accept-Language": "de"})
    assert (sent.status_code, sent.json()["errors"][0]["message"][:11]) == (404, "Diesen Uplo")


async def test_a_file_is_stored_once_however_many_try(papers, boss, connection):
    """Edits of different customers wait for each other at the file alone."""
    file = await upload(boss, papers)
    ids = [customer_id(await make_customer(connection)) for _ in range(4)]
    answers = await asyncio.gather(*(call(boss, STAFF_EDIT, id=id, **give(papers, file)) for id in ids))
    assert sorted(len(one["userErrors"]) for one in answers) == [0, 1, 1, 1]
    assert await connection.fetchval("SELECT count(*) FROM customer_attribute WHERE attribute_id = $1", papers.id) == 1
