"""The action `scan_check_single`: verify one blob and list what is in it."""

import os
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from examples.sample_home import sample_home
from examples.scan.archives import list_archive
from examples.scan.blobs import open_blob, verify
from jobs.actions import Context, Parameters, action


class ScanParameters(Parameters):
    SHA256SUM: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$"), AfterValidator(str.lower)]


@action("scan_check_single", parameters=ScanParameters, capacity={"scan": 1}, max_result=4 * 1024 * 1024)
def scan_check_single(context: Context[ScanParameters]) -> dict[str, Any]:
    """Find the blob with this SHA256, check that its content has it, and list it if it is a tar, tar.gz or zip."""
    digest = context.parameters.SHA256SUM
    with open_blob(sample_home() / "blobs", digest) as blob:
        total = os.fstat(blob.fileno()).st_size
        size = verify(blob, digest, progress=lambda done: context.progress(done, total))
        context.log(f"blob {digest} is intact, {size:,} bytes")
        found = list_archive(blob, size=size)
    summary: dict[str, Any] = {"sha256": digest, "size": size, "archive": None}
    if found is None:
        context.log("it is not an archive")
        return summary
    kind, listing = found
    context.log(f"it is a {kind} of {listing.count} entries, {listing.unpacked_bytes:,} bytes unpacked")
    # Beyond the first thousand entries are only counted.
    counted = {"entry_count": listing.count, "unpacked_size": listing.unpacked_bytes}
    return {**summary, "archive": kind, **counted, "entries": listing.entries}
