"""A certification that a user was awarded (API document, *Users*)."""

from dataclasses import dataclass
from datetime import datetime

from marshmallow import fields

from schemas.reply import Reply
from schemas.wire_fields import Text, Timestamp


@dataclass(frozen=True)
class Certification:
    """A certification.

    Attributes:
        course_id: the course that was completed.
        course_name: its name.
        unique_id: the certificate's own number.
        issued_on: when, UTC.
        expires_on: until when it is valid, UTC; ``None`` for ever.
        download_url: the document, for people who are signed in to TalentLMS.
        public_url: the document, for everyone who has this address.
    """

    course_id: int
    course_name: str = ""
    unique_id: str = ""
    issued_on: datetime | None = None
    expires_on: datetime | None = None
    download_url: str = ""
    public_url: str = ""


class CertificationSchema(Reply):
    """An entry of a user's ``certifications``."""

    record_type = Certification
    course_id = fields.Integer(required=True)
    course_name = Text()
    unique_id = Text()
    issued_on = Timestamp(data_key="issued_date_timestamp")
    expires_on = Timestamp(data_key="expiration_date_timestamp")
    download_url = Text()
    public_url = Text()
