"""Lists tar, tar.gz and zip. Nothing is ever unpacked to disk."""

import gzip
import struct
import tarfile
import zipfile
import zlib
from stat import S_IFMT, S_ISDIR, S_ISLNK, S_ISREG
from typing import IO, BinaryIO, cast

from examples.scan.guarded import CappedReader, ForwardReader
from examples.scan.listing import ArchiveRefused, Listing, shown

_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
# What the parsers raise on files that were made to break them.
_DAMAGE = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, struct.error),
    *(EOFError, ValueError, LookupError, ArithmeticError, NotImplementedError, RecursionError),
)


def list_archive(blob: BinaryIO, *, size: int) -> tuple[str, Listing] | None:
    """The kind of archive and its entries, None for a blob that is none; raises ArchiveRefused."""
    head = blob.read(4)
    blob.seek(0)
    listing = Listing(packed_bytes=size)
    try:
        kind = _list(blob, head, listing)
    except _DAMAGE as error:
        raise ArchiveRefused(f"the archive is damaged: {error}") from error
    return (kind, listing) if kind else None


def _list(blob: BinaryIO, head: bytes, listing: Listing) -> str | None:
    if head.startswith(_ZIP):
        _list_zip(blob, listing)
        return "zip"
    if head.startswith(_GZIP):
        with gzip.GzipFile(fileobj=blob) as stream:
            return "tar.gz" if _list_tar(cast(BinaryIO, stream), listing) else None
    return "tar" if _list_tar(blob, listing) else None


def _list_tar(stream: BinaryIO, listing: Listing) -> bool:
    """False when the stream does not begin like a tar."""
    block = stream.read(tarfile.BLOCKSIZE)
    stream.seek(0)
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    reader = ForwardReader(stream, packed_bytes=listing.packed_bytes)
    with tarfile.open(fileobj=cast(IO[bytes], reader), mode="r:") as archive:
        for member in archive:
            _add_member(member, listing)
        # tarfile takes any block that it can not read for the end.
        if reader.last.strip(b"\x00"):
            raise ArchiveRefused(f"the archive is damaged after {listing.count} entries")
    return True


def _add_member(member: tarfile.TarInfo, listing: Listing) -> None:
    if member.issym() or member.islnk():
        raise ArchiveRefused(f"the archive has a link: {shown(member.name)} to {shown(member.linkname)}")
    if not (member.isfile() or member.isdir()):
        raise ArchiveRefused(f"the archive has {shown(member.name)}, which is neither a file nor a folder")
    listing.add(member.name, size=member.size)


def _list_zip(blob: BinaryIO, listing: Listing) -> None:
    with zipfile.ZipFile(cast(IO[bytes], CappedReader(blob))) as archive:
        for entry in archive.infolist():
            mode = entry.external_attr >> 16
            if S_ISLNK(mode):
                raise ArchiveRefused(f"the archive has a link: {shown(entry.filename)}")
            if S_IFMT(mode) and not (S_ISREG(mode) or S_ISDIR(mode)):
                raise ArchiveRefused(f"the archive has {shown(entry.filename)}, which is neither a file nor a folder")
            listing.add(entry.filename, size=entry.file_size)
