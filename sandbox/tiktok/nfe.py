"""What is looked at in an NF-e's XML before it is taken."""

import base64
import binascii
import re

from sandbox.tiktok.reply import Refused

LARGEST = 1024 * 1024


def key_of(file: object) -> str:
    """The access key of the file, which is base64. Raises Refused."""
    if not isinstance(file, str) or not file:
        raise Refused(10007010, "The invoice file is required.")
    try:
        xml = base64.b64decode(file, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(10007011, "The invoice file is not valid base64.") from error
    if len(xml) > LARGEST:
        raise Refused(36009021, "The invoice file is larger than 1 MB.")
    found = re.search(rb'\bId="NFe([0-9]{44})"', xml)
    if found is None or b"<protNFe" not in xml:
        raise Refused(10007012, "The invoice file is not an authorized NF-e.")
    return found[1].decode()
