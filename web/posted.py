"""Forms that browsers send: from our own pages only, and no larger than a form can be."""

from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

LARGEST = 16 * 1024  # bytes of a body
FIELDS = 250  # a network's blogs may all be ticked
FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"


async def read_form(request: Request, base_url: str) -> dict[str, str]:
    """Return the fields of a form by name; raises HTTPException if it is not one of ours."""
    fields: dict[str, str] = {}
    for name, value in await read_fields(request, base_url):
        fields.setdefault(name, value)
    return fields


async def read_fields(
    request: Request, base_url: str, most: int = LARGEST, number: int = FIELDS
) -> list[tuple[str, str]]:
    """Return the fields of a form in order; raises HTTPException if it is not one of ours.

    `most` is the bytes that it may have, and `number` the fields.
    """
    _check(request, base_url, FORM)
    try:
        body = (await read_body(request, most)).decode()
        return parse_qsl(body, keep_blank_values=True, max_num_fields=number)
    except ValueError as error:
        raise HTTPException(400, "The form cannot be read. Open the page again.") from error


async def read_upload(request: Request, base_url: str, most: int) -> tuple[dict[str, str], bytes]:
    """Return the fields of a form with a file, and the file, of at most so many bytes.

    It is empty if none was chosen. Raises HTTPException if the form is not one of ours.
    """
    _check(request, base_url, UPLOAD)
    body = await read_body(request, most + LARGEST)  # before it is parsed, which has no limit

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(request.headers, whole(), max_files=1, max_fields=FIELDS)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400, "The form cannot be read. Open the page again.") from error
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    files = [value for value in form.values() if isinstance(value, UploadFile)]
    sent = await files[0].read() if files else b""
    await form.close()
    return fields, sent


def _check(request: Request, base_url: str, kind: str) -> None:
    if not from_our_page(request, base_url):
        raise HTTPException(403, "Forms are taken from our own pages only. Open the page again.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != kind:
        raise HTTPException(415, "This address takes a form.")


def from_our_page(request: Request, base_url: str) -> bool:
    """Say whether it was one of our own pages that sent this.

    A browser says where a form was (Sec-Fetch-Site; older ones Origin alone). What says
    nothing is no browser, or a very old one, and is turned away.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    ours = urlsplit(base_url)
    here = (f"{ours.scheme}://{ours.netloc}", f"{request.url.scheme}://{request.url.netloc}")
    return request.headers.get("origin", "") in here


async def read_body(request: Request, most: int = LARGEST) -> bytes:
    """Return a body; raises HTTPException as soon as it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            room = f"{most // 1_000_000} MB" if most >= 1_000_000 else f"{most // 1024} kB"
            raise HTTPException(413, f"At most {room} can be sent here.")
    return bytes(body)


def number(text: str) -> int:
    """Return a number of up to nine digits, or -1 for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
