"""scan_check_single: sample blobs, and archives made to do harm."""

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.scan import listing
from examples.scan.archives import list_archive
from examples.scan.blobs import DamagedBlob, NoSuchBlob
from examples.scan.listing import ArchiveRefused
from jobs.actions import get_action
from jobs.actions.parameters import InvalidParameters, validate
from tests.actions.reporter import ListReporter, run_action

OF_THE_SEED = "1bacd3c8ccb1f15609a10bd4a403831d0ec0b354438ddbf644c95c5d54f8eb13"
LAYER = "d7bfa346f5fbfae186887897ee1a21c0c91b10a7ec7b886b767cf83532526008"
FIRMWARE = "0e0a7872477d1828e531a80801bd6829b1e1148b69e80cc6354bc65243cc7937"
MANIFEST = "28f898186b4028dc63c1ed4cd759a2438617fecf1c3c984e8e4334184f099d4b"
ESCAPING = "59738b14f5bca0e102791148dae3ace1fd59f5b038abb97a3ab938a3c3eabb85"
BOMB = "609640cb3ec2e9d5ebb665e612647dd4464d82b63b1553acd4869a6b7fa408cb"

Change = Callable[[tarfile.TarInfo], object]


def scan(digest: str, reporter: ListReporter | None = None) -> Any:
    return run_action("scan_check_single", {"SHA256SUM": digest}, reporter=reporter)


def names(data: bytes) -> list[object]:
    found = list_archive(io.BytesIO(data), size=len(data))
    return [] if found is None else [entry["name"] for entry in found[1].entries]


def tar_with(change: Change, *, name: str = "file", content: bytes = b"x", format: int = tarfile.GNU_FORMAT) -> bytes:  # noqa: A002
    """A tar of one entry, after whatever was done to its header."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=format) as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        change(entry)
        archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


def zip_with(name: str, *, mode: int = 0o100644, content: bytes = b"x") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, content)
    return data.getvalue()


@pytest.mark.usefixtures("sample")
class TestSamples:
    def test_the_digest_of_the_seed_fails_with_its_own_words(self) -> None:
        with pytest.raises(NoSuchBlob, match=f"^no blob with SHA256 {OF_THE_SEED}$"):
            scan(OF_THE_SEED)

    def test_a_layer_is_verified_and_listed(self) -> None:
        reporter = ListReporter()
        result = scan(LAYER.upper(), reporter)
        assert (result["sha256"], result["size"], result["archive"]) == (LAYER, 277, "tar.gz")
        assert (result["entry_count"], result["unpacked_size"]) == (5, 90)
        assert result["entries"][:2] == [{"name": "etc", "size": 0}, {"name": "etc/hostname", "size": 8}]
        assert reporter.progressed == [(277, 277)]

    def test_a_zip_is_listed(self) -> None:
        result = scan(FIRMWARE)
        assert result["archive"] == "zip"
        assert [entry["name"] for entry in result["entries"]] == ["README.txt", "image/eos.img", "image/eos.img.sha256"]

    def test_a_blob_that_is_no_archive_is_reported_with_its_size(self) -> None:
        assert scan(MANIFEST) == {"sha256": MANIFEST, "size": 94, "archive": None}

    def test_names_that_leave_the_folder_are_refused(self) -> None:
        with pytest.raises(ArchiveRefused, match=r"leaves its folder: '\.\./\.\./etc/cron\.d/evil'"):
            scan(ESCAPING)

    def test_a_bomb_is_refused(self) -> None:
        with pytest.raises(ArchiveRefused, match="more than 200 times its 24,534 bytes: it may be a bomb"):
            scan(BOMB)

    def test_content_that_is_not_what_its_digest_says_is_refused(self, sample: Path) -> None:
        (sample / "blobs" / "sha256" / MANIFEST[:2] / MANIFEST / "data").write_bytes(b"other")
        with pytest.raises(DamagedBlob, match=f"its content has SHA256 {hashlib.sha256(b'other').hexdigest()}"):
            scan(MANIFEST)


def test_it_takes_one_unit_of_scan() -> None:
    assert get_action("scan_check_single").capacity == {"scan": 1}


@pytest.mark.parametrize("digest", [None, "", "1bacd3c8", "g" * 64, LAYER + "\n", f"../{LAYER[3:]}"])
def test_what_is_not_a_digest_is_refused_before_anything_is_queued(digest: object) -> None:
    with pytest.raises(InvalidParameters, match=r"parameters\.SHA256SUM"):
        validate(get_action("scan_check_single").parameters, {"SHA256SUM": digest})


BAD_NAMES = ["/etc/passwd", "..", "a/../../b", "..\\b", "\\\\host\\share", "C:\\x", "c:x", "a/.."]


@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("make", [zip_with, lambda name: tar_with(lambda _entry: None, name=name)])
def test_names_that_could_be_written_elsewhere_are_refused(make: Callable[[str], bytes], name: str) -> None:
    with pytest.raises(ArchiveRefused, match=r"absolute name|leaves its folder"):
        names(make(name))


@pytest.mark.parametrize("name", ["a..b", "...", "dir/..file", "é/ü", "ab:c"])
def test_names_that_only_look_bad_are_listed(name: str) -> None:
    assert names(tar_with(lambda _entry: None, name=name)) == [name]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_links_are_refused(kind: bytes) -> None:
    def link(entry: tarfile.TarInfo) -> None:
        entry.type, entry.linkname, entry.size = kind, "/etc/shadow", 0

    with pytest.raises(ArchiveRefused, match="has a link: 'file' to '/etc/shadow'"):
        names(tar_with(link))
    with pytest.raises(ArchiveRefused, match="has a link"):
        names(zip_with("file", mode=0o120777))


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices_and_pipes_are_refused(kind: bytes) -> None:
    def device(entry: tarfile.TarInfo) -> None:
        entry.type, entry.size = kind, 0

    with pytest.raises(ArchiveRefused, match="neither a file nor a folder"):
        names(tar_with(device))
    with pytest.raises(ArchiveRefused, match="neither a file nor a folder"):
        names(zip_with("file", mode=0o020666))


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_ENTRIES", 3)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for number in range(4):
            archive.writestr(str(number), b"")
    with pytest.raises(ArchiveRefused, match="more than 3 entries"):
        names(data.getvalue())


def test_a_result_names_only_so_many_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_NAMED", 0)
    data = tar_with(lambda _entry: None)
    found = list_archive(io.BytesIO(data), size=len(data))
    assert found is not None
    assert (found[1].entries, found[1].count) == ([], 1)


def test_more_than_a_gigabyte_is_refused_even_if_only_claimed() -> None:
    claim = tarfile.TarInfo("file")
    claim.size = 2**31
    with pytest.raises(ArchiveRefused, match="unpacks to more than 1,073,741,824 bytes"):
        list_archive(io.BytesIO(claim.tobuf() + bytes(1024)), size=2**40)


def test_a_zip_bomb_is_refused_by_what_it_claims() -> None:
    with pytest.raises(ArchiveRefused, match="it may be a bomb"):
        names(zip_with("zeros", content=bytes(20 * 1024 * 1024)))


def test_a_name_of_megabytes_is_refused_before_it_is_read() -> None:
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        with pytest.raises(ArchiveRefused, match="a header of more than 1,048,576 bytes"):
            names(tar_with(lambda _entry: None, name="n" * 2_000_000, format=form))
        with pytest.raises(ArchiveRefused, match="a name of 2000 characters"):
            names(tar_with(lambda _entry: None, name="n" * 2000, format=form))


def test_a_zip_with_an_enormous_directory_is_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for number in range(40):
            archive.writestr(f"{number}" + "n" * 30_000, b"")
    with pytest.raises(ArchiveRefused, match="a header of more than"):
        names(data.getvalue())


def test_headers_nested_without_end_are_refused() -> None:
    one = tar_with(lambda entry: setattr(entry, "type", tarfile.GNUTYPE_LONGNAME), name="l")[:1024]
    with pytest.raises(ArchiveRefused, match="damaged"):
        names(one * 2000)


def test_an_entry_that_points_back_does_not_loop_for_ever() -> None:
    header = bytearray(tar_with(lambda _entry: None)[:512])
    header[124:136] = b"\xff" * 10 + (2**16 - 512).to_bytes(2)  # -512, as GNU writes it
    header[148:156] = b"%06o\0 " % sum(header[:148] + b" " * 8 + header[156:])
    with pytest.raises(ArchiveRefused, match="damaged"):
        names(bytes(header) + bytes(2048))


def test_an_archive_that_was_cut_is_refused() -> None:
    whole = tar_with(lambda _entry: None, content=b"x" * 5000)
    for data in (whole[:2000], gzip.compress(whole)[:60], gzip.compress(whole[:2000])):
        with pytest.raises(ArchiveRefused, match="damaged"):
            names(data)


def test_rubbish_between_two_entries_is_not_taken_for_the_end() -> None:
    one = tar_with(lambda _entry: None)[:1024]
    with pytest.raises(ArchiveRefused, match="damaged after 1 entries"):
        names(one + b"rubbish!" * 64 + one)


def test_gzip_that_holds_no_tar_is_no_archive() -> None:
    assert list_archive(io.BytesIO(gzip.compress(b"text")), size=24) is None


def test_names_in_any_encoding_can_be_stored() -> None:
    data = tar_with(lambda _entry: None, name="caf\udce9")
    assert names(data) == ["caf\ufffd"]


@given(st.binary(max_size=1500), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"BZh9"]))
def test_whatever_the_bytes_the_answer_is_a_list_a_refusal_or_no_archive(data: bytes, head: bytes) -> None:
    try:
        found = list_archive(io.BytesIO(head + data), size=len(head + data))
    except ArchiveRefused:
        return
    assert found is None or found[1].count <= listing.MAX_ENTRIES


@given(st.data())
def test_a_tar_or_zip_with_bytes_flipped_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([tar_with(lambda _entry: None)[:2048], zip_with("name")])))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        list_archive(io.BytesIO(whole), size=len(whole))
    except ArchiveRefused:
        return
