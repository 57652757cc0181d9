"""A post over the wire: what comes back, what doesn't, and how long anybody waits for it."""

import datetime
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tms.programs import posting
from tms.programs.outside import NoAnswer, Place, place_of
from tms.programs.posting import Answer, Line

from .receiver import Receiver, drop, nonsense, trickle

BODY = b'{"id":1,"sequence":1,"kind":"pass.issued"}'


def post(receiver, **headers):
    with Line(place_of(receiver.address, private=True), private=True) as line:
        return line.post(BODY, headers)


def test_an_answer_is_its_status_and_its_first_bytes(receiver):
    receiver.says = [(202, {}, "Tack så mycket\0".encode())]
    assert post(receiver, **{"Lanyard-Event": "1"}) == Answer(202, "Tack så mycket\ufffd")
    ((path, headers, body),) = receiver.posts
    assert (path, body) == ("/hook", BODY)
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert headers["Lanyard-Event"] == "1"


def test_a_line_is_kept_from_post_to_post(receiver):
    with Line(place_of(receiver.address, private=True), private=True) as line:
        for _post in range(3):
            assert line.post(BODY, {}).status == 204
    assert (len(receiver.posts), receiver.connections) == (3, 1)


def test_a_line_that_was_closed_meanwhile_is_made_again(receiver):
    receiver.says = [204, drop]
    with Line(place_of(receiver.address, private=True), private=True) as line:
        assert line.post(BODY, {}).status == 204
        assert line.post(BODY, {}).status == 204
    assert (len(receiver.posts), receiver.connections) == (3, 2)


def test_of_a_long_answer_the_beginning_is_read(receiver):
    receiver.says = [(500, {}, b"x" * 3_000_000)]
    assert post(receiver) == Answer(500, "x" * posting.KEPT)


def test_a_redirect_is_an_answer_and_not_followed(receiver):
    with Receiver() as canary:
        receiver.says = [(307, {"Location": canary.address}, b"")]
        assert post(receiver).status == 307
        assert canary.connections == 0


@pytest.mark.parametrize(
    ("says", "sentence"),
    [(drop, "hung up"), (nonsense, "no answer of the web")],
    ids=["drops", "speaks something else"],
)
def test_what_is_no_answer_is_told(receiver, says, sentence):
    receiver.says = [says]
    with pytest.raises(NoAnswer, match=sentence):
        post(receiver)


def test_nobody_listens():
    with Receiver() as gone:
        place = place_of(gone.address, private=True)
    with pytest.raises(NoAnswer, match="Nobody listens"), Line(place, private=True) as line:
        line.post(BODY, {})


def test_a_silent_receiver_is_waited_for_so_long(receiver, monkeypatch):
    monkeypatch.setattr(posting, "STEP", 0.2)
    held = threading.Event()
    receiver.says = [lambda _handler: held.wait(5)]
    with pytest.raises(NoAnswer, match="took too long"):
        post(receiver)
    held.set()


def test_a_receiver_that_trickles_is_cut_off(receiver, monkeypatch):
    monkeypatch.setattr(posting, "WHOLE", 0.3)
    receiver.says = [trickle(3)]
    with pytest.raises(NoAnswer, match="took too long"):
        post(receiver)


def test_the_connection_is_made_to_the_address_that_was_checked(receiver, monkeypatch):
    """A name that leads elsewhere a moment later (DNS rebinding) changes nothing."""
    looked = []

    def look_up(host, port, **_more):
        looked.append(host)
        where = "127.0.0.1" if len(looked) == 1 else "127.0.0.9"
        return [(socket.AF_INET, None, None, "", (where, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    place = Place("http", "hook.example.com", receiver.port, "/hook")
    with Line(place, private=True) as line:
        assert line.post(BODY, {}).status == 204
    assert looked == ["hook.example.com"]
    assert receiver.posts[0][1]["Host"] == f"hook.example.com:{receiver.port}"


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1"]
)
def test_nothing_is_sent_where_a_name_leads_inside(receiver, monkeypatch, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    def look_up(_host, port, **_more):
        return [(family, None, None, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    place = Place("http", "hook.example.com", receiver.port, "/hook")
    with pytest.raises(NoAnswer, match="private network"), Line(place, private=False) as line:
        line.post(BODY, {})
    assert receiver.connections == 0


# Over TLS


def certificate(name: str, folder):
    """A certificate for `name` that vouches for itself, as (file, file of the key)."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=3650))
        .not_valid_after(now + datetime.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@pytest.fixture
def secure(receiver, tmp_path, monkeypatch):
    """`secure("hook.example.com")`: the receiver speaks TLS with that name's certificate."""

    def serve(name, *, trusted=True):
        pem, key = certificate(name, tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, key)
        receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
        if trusted:
            ours = ssl.create_default_context(cafile=str(pem))
            monkeypatch.setattr(posting.ssl, "create_default_context", lambda: ours)

        def look_up(_host, port, **_more):
            return [(socket.AF_INET, None, None, "", ("127.0.0.1", port))]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return Place("https", "hook.example.com", receiver.port, "/hook")

    return serve


def test_by_https_the_certificate_is_that_of_the_name(receiver, secure):
    with Line(secure("hook.example.com"), private=True) as line:
        assert line.post(BODY, {}).status == 204
    assert receiver.posts[0][1]["Host"] == f"hook.example.com:{receiver.port}"


def test_a_certificate_of_another_name_is_refused(receiver, secure):
    place = secure("other.example.com")
    with pytest.raises(NoAnswer, match="certificate isn't valid"), Line(place, private=True) as one:
        one.post(BODY, {})
    assert receiver.posts == []


def test_a_certificate_that_nobody_vouches_for_is_refused(receiver, secure):
    place = secure("hook.example.com", trusted=False)
    with pytest.raises(NoAnswer, match="certificate isn't valid"), Line(place, private=True) as one:
        one.post(BODY, {})
    assert receiver.posts == []
