"""Photos that are photos, under their own names, and phones that could be told: no schema can say so, and what is refused at
the door hides all that comes after it."""

import hashlib
import pathlib

import schemathesis
from hypothesis import strategies as st

# Of a browser (RFC 8291 §5): their first is a point of the curve.
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}

PHOTO = pathlib.Path("photo.jpg").read_bytes()

schemathesis.openapi.media_type("image/jpeg", st.just(PHOTO) | st.binary(max_size=2000))
schemathesis.openapi.media_type("application/offset+octet-stream", st.binary(max_size=80))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Two of three photos bear the name that their bytes give them, and every phone has a service that is known."""
    operation = case.operation.definition.raw.get("operationId")
    named = operation == "sendPhoto"
    positive = case.meta is not None and case.meta.generation.mode.is_positive
    if named and positive and isinstance(case.body, bytes):
        digest = hashlib.sha256(case.body).hexdigest()
        if int(digest, 16) % 3 or case.body == PHOTO:
            # A new one: other cases are made from the same.
            case.path_parameters = {**case.path_parameters, "hash": digest}
    if operation == "tellPhone" and positive:
        endpoint = "https://push.example.org/" + hashlib.sha256(repr(case.body).encode()).hexdigest()
        case.body = {**case.body, "subscription": {"endpoint": endpoint, "keys": KEYS}}
