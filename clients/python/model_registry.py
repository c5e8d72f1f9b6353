#!/usr/bin/env python3
"""Pushes files into a model registry and pulls them out again, bit for bit.

As a command, with REGISTRY_URL and REGISTRY_TOKEN in the environment:

    python3 model_registry.py push weights.pt --version ID --name weights
    python3 model_registry.py push weights.pt --experiment ID --name weights --replace
    python3 model_registry.py pull ID --name weights --to weights.pt

As a module:

    registry = Registry("https://registry.example.com", token)
    file = registry.push("weights.pt", version_id, name="weights")
    path = registry.pull(version_id, name="weights", to="weights.pt")

Both go on where an earlier run was broken off. One file, the standard library only, Python 3.9 or later:
copy it to where it is needed.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import random
import re
import stat
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Callable, Iterator, NoReturn, Union

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = [
    "ApiError",
    "CorruptFile",
    "LocalFileError",
    "NotFound",
    "Refused",
    "Registry",
    "RegistryError",
    "TerminalProgress",
    "Unreachable",
]

#: Told what is being done ("hashing", "sending", "verifying", "checking", "receiving"), and how many bytes
#: of how many it has been done with.
Progress = Callable[[str, int, int], None]
AnyPath = Union[str, "os.PathLike[str]"]

_CHUNK = 1 << 20

_FILE = "fragment File on File { id name filename size sha256 status }"

_FIND_OWNER = (
    _FILE
    + """
query ($id: ID!, $name: String!) {
  node(id: $id) {
    __typename
    ... on ModelVersion { file(name: $name) { ...File } pendingUploads { ...Upload } }
    ... on Experiment { file: artifact(name: $name) { ...File } pendingUploads { ...Upload } }
  }
}
fragment Upload on PendingUpload { id name filename size sha256 replace partSize partCount }"""
)

#: By the type of what gets the file.
_BEGIN = {
    owner: f"""
mutation ($id: ID!, $input: Begin{file}UploadInput!, $key: String!) {{
  answer: begin{file}Upload({argument}: $id, input: $input, idempotencyKey: $key) {{
    pendingUpload {{ id partSize partCount }}
    userErrors {{ code field message }}
  }}
}}"""
    for owner, file, argument in (
        ("ModelVersion", "ModelFile", "modelVersionId"),
        ("Experiment", "Artifact", "experimentId"),
    )
}

_PARTS = "query ($id: ID!) { pendingUpload(id: $id) { parts { number size etag } } }"

_PART_URL = (
    "query ($id: ID!, $number: Int!) { pendingUpload(id: $id) { partUrls(numbers: [$number]) { url } } }"
)

_COMPLETE = (
    _FILE
    + """
mutation ($id: ID!, $parts: [UploadedPartInput!]!) {
  answer: completeUpload(id: $id, input: { parts: $parts }) {
    file { ...File }
    userErrors { code field message }
  }
}"""
)

_FIND_FILE = (
    _FILE
    + """
query ($id: ID!, $name: String!, $byName: Boolean!) {
  node(id: $id) {
    ... on File { ...File }
    ... on ModelVersion {
      file(name: $name) @include(if: $byName) { ...File }
      files(first: 20) @skip(if: $byName) { nodes { ...File } }
    }
    ... on Experiment {
      file: artifact(name: $name) @include(if: $byName) { ...File }
      files: artifacts(first: 20) @skip(if: $byName) { nodes { ...File } }
    }
  }
}"""
)

_READ_FILE = _FILE + " query ($id: ID!) { node(id: $id) { ...File } }"

_DOWNLOAD_URL = "query ($id: ID!) { node(id: $id) { ... on File { downloadUrl } } }"


class RegistryError(Exception):
    """Everything that this module raises by itself; the message is for people."""

    #: What the command exits with.
    exit_code = 1
    #: Whether the same request may well succeed a little later.
    may_pass = False


class LocalFileError(RegistryError):
    """The file on this side cannot be used: it changes while it is read, or something is in its place."""


class NotFound(RegistryError):
    """There is no such thing in the registry, or it belongs to others."""

    exit_code = 3


class Refused(RegistryError):
    """The registry says what is wrong with the request, such as a name that is taken."""

    exit_code = 3

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(" ".join(error["message"] for error in errors))
        #: Each with a `code`, a `field` and a `message`.
        self.errors = errors


class ApiError(RegistryError):
    """The registry, or the store behind it, answers with an error."""

    exit_code = 3

    def __init__(self, message: str, code: str | None, status: int) -> None:
        super().__init__(message)
        #: One of the published codes, such as `FORBIDDEN`; None when the answer has none.
        self.code = code
        #: The status of the HTTP answer.
        self.status = status

    @property
    def may_pass(self) -> bool:  # type: ignore[override]
        if self.code == "UPLOAD_INCOMPLETE" or self.status in (408, 425, 429):
            return True
        return self.status >= 500 and self.status not in (501, 507)


class Unreachable(RegistryError):
    """No answer, or no whole one."""

    exit_code = 4
    may_pass = True


class CorruptFile(RegistryError):
    """Bytes have arrived that are not those that were sent."""

    exit_code = 5


class Registry:
    """A registry, as one API token sees it. Can be used by several threads at once."""

    def __init__(
        self, url: str, token: str, *, attempts: int = 6, parallel: int = 4, timeout: float = 60
    ) -> None:
        """
        :param url: the address of the server, with or without `/graphql`
        :param attempts: how often a request is sent at most that fails for reasons that may pass
        :param parallel: how many parts of a file are sent at once
        :param timeout: seconds without a sign of life after which a connection is given up
        """
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise RegistryError(f"Expected the http or https URL of a registry, got {url!r}.")
        path = parts.path.rstrip("/")
        path = path if path.endswith("/graphql") else path + "/graphql"
        self._url = urllib.parse.urlunsplit((parts.scheme, parts.netloc, path, "", ""))
        self._token = token
        self._attempts = attempts
        self._parallel = parallel
        self._timeout = timeout

    def query(
        self, document: str, variables: dict[str, Any] | None = None, *, retry: bool = False
    ) -> dict[str, Any]:
        """
        Sends an operation, and gives its data.

        :param retry: whether to send it again when no answer came: right for queries, and for mutations that
            have an idempotency key
        :raises ApiError: the answer has errors; `userErrors` in a payload are no such errors
        :raises Unreachable: no answer came
        """
        patience = _Patience(self._attempts if retry else 1)
        while True:
            try:
                return self._query_once(document, variables or {})
            except (ApiError, Unreachable) as error:
                patience.after(error)

    def push(
        self,
        path: AnyPath,
        id: str,
        name: str | None = None,
        replace: bool = False,
        progress: Progress | None = None,
        *,
        content_type: str | None = None,
        resume: bool = True,
    ) -> dict[str, Any]:
        """
        Adds a file to a version, or to an experiment that goes on, and returns when the registry has read and
        verified its bytes.

        Goes on with an upload of the same bytes under the same name that was broken off, unless `resume` is
        False; does nothing when they are there already.

        :param id: of the version or experiment
        :param name: what the file is to it, such as "weights"; its filename when not given
        :param replace: whether it may take the place of a file that has the name
        :returns: the file, with `id`, `name`, `filename`, `size`, `sha256` and `status`
        :raises Refused: the name is taken, for example
        :raises CorruptFile: the registry has read other bytes than those that were sent
        """
        report = progress or _silent
        source = _Source(Path(path), report)
        wanted = {"name": name or source.path.name, "filename": source.path.name, "size": source.size}
        wanted["sha256"] = source.sha256
        owner = self._find_owner(id, wanted["name"])
        file, upload = self._find_earlier(owner, wanted, replace, report) if resume else (None, None)
        if file is None:
            if upload is None:
                upload = self._begin(owner, {**wanted, "replace": replace, "contentType": content_type})
            file = self._when_read(self._send(source, upload, report), report)
            _expect_ready(file)
        return file

    def pull(
        self,
        id: str,
        name: str | None = None,
        to: AnyPath = ".",
        progress: Progress | None = None,
        *,
        overwrite: bool = False,
    ) -> Path:
        """
        Downloads a file. What arrives is kept beside it as `<filename>.part` until it is whole and verified,
        so that under the final name there is never anything else; a later call goes on from there.

        :param id: of a file, of a version or of an experiment
        :param name: which file of the two latter; not needed when it has only one
        :param to: a folder, or the path of the file
        :param overwrite: whether a file with other bytes may be replaced there; one with the same bytes is left
            alone
        :raises CorruptFile: the bytes are not what the registry says that they are
        """
        report = progress or _silent
        file = self._when_read(self._find_file(id, name), report)
        _expect_ready(file)
        target = _target(Path(to), str(to), file)
        if os.path.lexists(target):
            if _has_bytes(target, file):
                return target
            if not overwrite:
                raise LocalFileError(
                    f"{target} is there already, with other bytes; overwrite says to replace it."
                )
        with _PartFile(target) as part:
            self._download(file, part, report)
            part.publish(target)
        return target

    # Pushing

    def _find_owner(self, id: str, name: str) -> dict[str, Any]:
        """A version or an experiment, with the file that has the name, and what is under way."""
        owner = self._node(_FIND_OWNER, "version or experiment", id=id, name=name)
        if owner["__typename"] not in _BEGIN:
            raise NotFound(f"Expected the id of a version or an experiment, got {id!r}, which is another thing's.")
        return {**owner, "id": id}

    def _find_earlier(
        self, owner: dict[str, Any], wanted: dict[str, Any], replace: bool, progress: Progress
    ) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """The file when it is there already, else an upload of the same bytes that was broken off."""
        file = owner["file"]
        if file and file["size"] == wanted["size"]:
            file = self._when_read(file, progress)
            if file["status"] == "READY" and _agrees(file, wanted):
                return file, None
        same = {**wanted, "replace": replace}
        return None, next((each for each in owner["pendingUploads"] if _agrees(each, same)), None)

    def _begin(self, owner: dict[str, Any], file: dict[str, Any]) -> dict[str, Any]:
        document = _BEGIN[owner["__typename"]]
        answer = self._mutate(document, id=owner["id"], input=file, key=str(uuid.uuid4()))
        return answer["pendingUpload"]

    def _send(self, source: _Source, upload: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Sends what is not there yet of an upload, a few parts at once, and completes it."""
        there = {part["number"]: part for part in self._upload(_PARTS, upload)["parts"]}
        meter = _Meter("sending", source.size, progress)
        stopped = threading.Event()

        def provide(number: int) -> dict[str, Any]:
            part = _Part(source, upload, number)
            if number in there and part.is_stored_as(there[number]):
                meter.count(number, part.size)
                return {"number": number, "etag": there[number]["etag"]}
            return {"number": number, "etag": self._send_part(part, meter, stopped)}

        with ThreadPoolExecutor(self._parallel) as executor:
            jobs = [executor.submit(provide, number) for number in range(1, upload["partCount"] + 1)]
            try:
                for job in wait(jobs, return_when=FIRST_EXCEPTION).done:
                    job.result()
            finally:
                stopped.set()
                executor.shutdown(wait=False, cancel_futures=True)
        source.expect_unchanged()
        parts = [job.result() for job in jobs]
        return self._mutate(_COMPLETE, id=upload["id"], parts=parts)["file"]

    def _send_part(self, part: _Part, meter: _Meter, stopped: threading.Event) -> str:
        """Every attempt has a URL of its own, so that none has expired."""
        headers = {"Content-Length": str(part.size), "Content-Type": "application/octet-stream"}
        patience = _Patience(self._attempts, stopped)
        while True:
            url = self._upload(_PART_URL, part.upload, number=part.number)["partUrls"][0]["url"]
            chunks = meter.counted(part.number, part.chunks(stopped))
            try:
                with _answer(_direct, _request(url, chunks, headers, "PUT"), self._timeout) as response:
                    return _etag(response)
            except (ApiError, Unreachable) as error:
                patience.after(error, signed=True)

    def _upload(self, document: str, upload: dict[str, Any], **variables: Any) -> dict[str, Any]:
        found = self.query(document, {"id": upload["id"], **variables}, retry=True)["pendingUpload"]
        if found is None:
            raise NotFound("The upload is gone: it has expired, or somebody has aborted it. Push again.")
        return found

    # Pulling

    def _find_file(self, id: str, name: str | None) -> dict[str, Any]:
        found = self._node(_FIND_FILE, "file, version or experiment", id=id, name=name or "", byName=name is not None)
        if "sha256" in found:
            return found
        if found.get("file"):
            return found["file"]
        if "file" in found:
            raise NotFound(f"There is no file that is called {name!r}.")
        if "files" not in found:
            raise NotFound(
                f"Expected the id of a file, a version or an experiment, got {id!r}, which is another thing's."
            )
        files = found["files"]["nodes"]
        if len(files) != 1:
            names = ", ".join(sorted(file["name"] for file in files)) or "none"
            raise NotFound(f"Expected the name of one of its files, which are: {names}.")
        return files[0]

    def _download(self, file: dict[str, Any], part: _PartFile, progress: Progress) -> None:
        """Fills the part file, which may hold the beginning of the file, or of another one, from before."""
        part.begin(file["size"], progress)
        resumed = part.size > 0
        self._fill(file, part, progress)
        if resumed and part.sha256 != file["sha256"]:
            part.restart()
            self._fill(file, part, progress)
        if part.sha256 != file["sha256"]:
            part.discard()
            _corrupt(file, "other bytes have arrived than the registry says; nothing was kept")

    def _fill(self, file: dict[str, Any], part: _PartFile, progress: Progress) -> None:
        """Every attempt has a URL of its own here too; one that has brought something is no failure."""
        patience = _Patience(self._attempts)
        while part.size < file["size"]:
            before = part.size
            url = self._node(_DOWNLOAD_URL, "file", id=file["id"])["downloadUrl"]
            if url is None:
                _corrupt(file, "it cannot be downloaded any more")
            try:
                self._fetch(url, file, part, progress)
            except (ApiError, Unreachable) as error:
                if part.size > before:
                    patience.renew()
                patience.after(error, signed=True)

    def _fetch(self, url: str, file: dict[str, Any], part: _PartFile, progress: Progress) -> None:
        """
        Fetches what is missing. A URL is good for these very bytes only, so that a range of it fits what came
        before; the ETag says so once more as soon as an answer has told it.
        """
        headers = {"Range": f"bytes={part.size}-"} if part.size else {}
        if part.size and part.etag and not part.etag.startswith("W/"):
            headers["If-Range"] = part.etag
        with _answer(_following, _request(url, None, headers, "GET"), self._timeout) as response:
            if response.status != 206:
                part.restart()
            elif response.headers["Content-Range"] != f"bytes {part.size}-{file['size'] - 1}/{file['size']}":
                raise Unreachable("Another range has come than was asked for.")
            part.etag = response.headers["ETag"]
            for chunk in _chunks(response):
                part.write(chunk)
                if part.size > file["size"]:
                    part.restart()
                    raise Unreachable("More bytes have come than the file has.")
                progress("receiving", part.size, file["size"])
        if part.size < file["size"]:
            raise Unreachable("The connection has ended before the file did.")

    # Both

    def _when_read(self, file: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """The file when the registry has read its bytes, however long that takes."""
        pause = 0.05
        while file["status"] == "VERIFYING":
            progress("verifying", 0, file["size"])
            time.sleep(pause)
            pause = min(pause * 1.5, 2)
            file = self._node(_READ_FILE, "file", id=file["id"])
        return file

    def _node(self, document: str, what: str, **variables: Any) -> dict[str, Any]:
        node = self.query(document, variables, retry=True)["node"]
        if node is None:
            raise NotFound(
                f"There is no {what} with the id {variables['id']!r}, or the token may not see it."
            )
        return node

    def _mutate(self, document: str, **variables: Any) -> dict[str, Any]:
        """Only for mutations that may be sent twice."""
        answer = self.query(document, variables, retry=True)["answer"]
        if answer["userErrors"]:
            raise Refused(answer["userErrors"])
        return answer

    def _query_once(self, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({"query": document, "variables": variables}).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        with _answer(_direct, _request(self._url, body, headers, "POST"), self._timeout) as response:
            text = b"".join(_chunks(response))
            answer = _json(text)
            if answer is None or ("data" not in answer and "errors" not in answer):
                raise ApiError(
                    f"Expected a GraphQL answer from {self._url}, got something else.", None, response.status
                )
            if answer.get("errors"):
                raise _graphql_error(answer, response.status)
            return answer["data"]


class TerminalProgress:
    """Draws what is being done on one line of a terminal."""

    def __init__(self, stream: Any = None) -> None:
        self._stream = stream or sys.stderr
        self._phase = ""
        self._begin = (0.0, 0)
        self._drawn = 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        if phase != self._phase:
            self.close()
            self._phase, self._begin = phase, (now, done)
        elif done < total and now - self._drawn < 0.1:
            return
        self._drawn = now
        seconds = now - self._begin[0]
        speed = f"{_human((done - self._begin[1]) / seconds)}/s" if seconds > 0.5 else ""
        share = done / total if total else 1
        bar = ("#" * round(share * 30)).ljust(30, ".")
        counts = (
            ""
            if phase == "verifying"
            else f"[{bar}] {share:4.0%}  {_human(done)} of {_human(total)}  {speed}"
        )
        self._stream.write(f"\r{phase:9} {counts}\x1b[K")
        self._stream.flush()

    def close(self) -> None:
        """Leaves the line."""
        if self._phase:
            self._stream.write("\n")
        self._phase = ""


class _Patience:
    """Says after a failure whether to go on, and waits before: each time for longer, with some chance."""

    def __init__(self, attempts: int, stopped: threading.Event | None = None) -> None:
        self._attempts = attempts
        self._failures = 0
        self._stopped = stopped or threading.Event()

    def after(self, error: ApiError | Unreachable, signed: bool = False) -> None:
        """
        :param signed: whether the request had a signed URL, which may have expired meanwhile: the next
            attempt asks for another one, and is told then when there is none any more
        :raises: the error, when it will not pass
        """
        self._failures += 1
        may_pass = error.may_pass or (
            signed and isinstance(error, ApiError) and error.status in (403, 404, 410)
        )
        if not may_pass or self._failures >= self._attempts:
            raise error
        seconds = min(0.5 * 2 ** (self._failures - 1), 15) * random.uniform(0.75, 1.25)
        if self._stopped.wait(seconds):
            raise error

    def renew(self) -> None:
        self._failures = 0


class _Source:
    """A file that is pushed. It has to stay as it is meanwhile."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self.path = path
        self._state = self._look()
        self.size = self._state[0]
        digest = hashlib.sha256()
        done = 0
        for chunk in self.chunks(0, self.size):
            digest.update(chunk)
            done += len(chunk)
            progress("hashing", done, self.size)
        self.sha256 = digest.hexdigest()

    def chunks(self, start: int, size: int) -> Iterator[bytes]:
        """Some of its bytes. An error is none of the network's, and must not look like one."""
        try:
            with open(self.path, "rb") as file:
                file.seek(start)
                while size > 0:
                    chunk = file.read(min(size, _CHUNK))
                    if not chunk:
                        self._changed()
                    size -= len(chunk)
                    yield chunk
        except OSError as error:
            raise LocalFileError(f"{self.path} cannot be read: {error.strerror}.") from error

    def expect_unchanged(self) -> None:
        if self._look() != self._state:
            self._changed()

    def _look(self) -> tuple[int, int]:
        found = os.stat(self.path)
        if not stat.S_ISREG(found.st_mode):
            raise LocalFileError(f"Expected a file, got {self.path}, which is something else.")
        return found.st_size, found.st_mtime_ns

    def _changed(self) -> NoReturn:
        raise LocalFileError(f"{self.path} has changed while it was pushed. Push it again when it is whole.")


class _Part:
    """One part of an upload."""

    def __init__(self, source: _Source, upload: dict[str, Any], number: int) -> None:
        self.upload = upload
        self.number = number
        self._source = source
        self._start = (number - 1) * upload["partSize"]
        self.size = min(upload["partSize"], source.size - self._start)

    def chunks(self, stopped: threading.Event) -> Iterator[bytes]:
        for chunk in self._source.chunks(self._start, self.size):
            if stopped.is_set():
                raise RegistryError("Another part could not be sent.")
            yield chunk

    def is_stored_as(self, stored: dict[str, Any]) -> bool:
        """
        Whether these very bytes are there. An ETag is the part's SHA-256, or in an object store mostly its
        MD5; where it is neither, the part is sent again.
        """
        algorithm = {64: "sha256", 32: "md5"}.get(len(stored["etag"]))
        if stored["size"] != self.size or algorithm is None:
            return False
        digest = hashlib.new(algorithm, usedforsecurity=False)
        for chunk in self._source.chunks(self._start, self.size):
            digest.update(chunk)
        return digest.hexdigest() == stored["etag"].lower()


class _Meter:
    """Adds up what several threads have sent. A part that is sent again counts from its beginning again."""

    def __init__(self, phase: str, total: int, progress: Progress) -> None:
        self._phase, self._total, self._progress = phase, total, progress
        self._done: dict[int, int] = {}
        self._sum = 0
        self._lock = threading.Lock()

    def count(self, number: int, done: int) -> None:
        with self._lock:
            self._sum += done - self._done.get(number, 0)
            self._done[number] = done
            self._progress(self._phase, self._sum, self._total)

    def counted(self, number: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
        done = 0
        for chunk in chunks:
            yield chunk
            done += len(chunk)
            self.count(number, done)


class _PartFile:
    """What has arrived of a file. One process at a time writes it, where the system knows locks."""

    def __init__(self, target: Path) -> None:
        self.etag: str | None = None
        self.size = 0
        self._path = target.with_name(target.name.encode()[:250].decode(errors="ignore") + ".part")
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        self._file = os.fdopen(os.open(self._path, flags, 0o666), "r+b")
        self._digest = hashlib.sha256()
        try:
            self._lock()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> _PartFile:
        return self

    def __exit__(self, *_: Any) -> None:
        self._file.close()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def begin(self, whole: int, progress: Progress) -> None:
        """Reads what is there from before."""
        if os.fstat(self._file.fileno()).st_size > whole:
            return self.restart()
        while True:
            chunk = self._file.read(_CHUNK)
            if not chunk:
                return None
            self._digest.update(chunk)
            self.size += len(chunk)
            progress("checking", self.size, whole)

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._digest.update(chunk)
        self.size += len(chunk)

    def restart(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._digest = hashlib.sha256()
        self.size = 0
        self.etag = None

    def publish(self, target: Path) -> None:
        """Gives it its final name, when it would survive a power failure."""
        self._file.flush()
        os.fsync(self._file.fileno())
        if fcntl is None:
            self._file.close()  # Windows renames nothing that is open
        os.replace(self._path, target)
        if fcntl is not None:
            with contextlib.suppress(OSError):
                folder = os.open(target.parent, os.O_RDONLY)
                os.fsync(folder)
                os.close(folder)

    def discard(self) -> None:
        if fcntl is None:
            self._file.close()
        os.unlink(self._path)

    def _lock(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(self._file.fileno()), os.stat(self._path)):
                return
        except OSError:
            pass  # the lock is taken, or what we have opened has just got its final name
        raise LocalFileError(f"{self._path} is being written by another process.")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token along to wherever it leads."""

    def redirect_request(self, *_: Any) -> None:
        return None


_direct = urllib.request.build_opener(_NoRedirect)
_following = urllib.request.build_opener()


def _request(url: str, body: Any, headers: dict[str, str], method: str) -> urllib.request.Request:
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        raise ApiError("Expected an http or https URL from the registry, got another one.", None, 200)
    headers = {"User-Agent": "model-registry-python", **headers}
    return urllib.request.Request(url, data=body, headers=headers, method=method)


@contextlib.contextmanager
def _answer(
    opener: urllib.request.OpenerDirector, request: urllib.request.Request, timeout: float
) -> Iterator[Any]:
    """The answer to a request; messages never tell a URL, whose signature opens what it leads to."""
    try:
        response = opener.open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        with error:
            raise _http_error(error) from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise Unreachable(f"No answer from {request.host}: {reason or type(reason).__name__}.") from error
    with response:
        yield response


def _chunks(response: Any) -> Iterator[bytes]:
    while True:
        try:
            chunk = response.read(_CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable("The connection has broken before the answer was whole.") from error
        if not chunk:
            return
        yield chunk


def _etag(response: Any) -> str:
    etag = response.headers["ETag"]
    if not etag:
        raise ApiError("Expected an ETag for a part, got none.", None, response.status)
    return etag.strip('"')


def _http_error(error: urllib.error.HTTPError) -> ApiError:
    try:
        answer = _json(error.read(_CHUNK))
    except (OSError, http.client.HTTPException):
        answer = None
    if answer and answer.get("errors"):
        return _graphql_error(answer, error.code)
    host = urllib.parse.urlsplit(error.url or "").netloc
    return ApiError(f"{host} answers with HTTP status {error.code}.", None, error.code)


def _graphql_error(answer: dict[str, Any], status: int) -> ApiError:
    first = answer["errors"][0]
    return ApiError(first["message"], (first.get("extensions") or {}).get("code"), status)


def _json(text: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _agrees(thing: dict[str, Any], expected: dict[str, Any]) -> bool:
    return all(thing[key] == value for key, value in expected.items())


def _expect_ready(file: dict[str, Any]) -> None:
    if file["status"] != "READY":
        _corrupt(file, "the registry has read other bytes than it should hold; replace it with a good one")


def _corrupt(file: dict[str, Any], why: str) -> NoReturn:
    raise CorruptFile(f"The file {file['name']!r} is corrupt: {why}.")


def _target(to: Path, text: str, file: dict[str, Any]) -> Path:
    if to.is_dir() or text.endswith(("/", os.sep)):
        return to / _local_name(file)
    return to


def _local_name(file: dict[str, Any]) -> str:
    """The registry's name is never a path: only its last part counts, without what is special on this side."""
    last = re.split(r"[/\\]", file["filename"])[-1]
    name = "".join(char if char.isprintable() and char not in ':*?"<>|' else "_" for char in last)
    return name if name.strip(". ") else f"file-{file['sha256'][:12]}"


def _has_bytes(path: Path, file: dict[str, Any]) -> bool:
    if not path.is_file() or path.stat().st_size != file["size"]:
        return False
    return _Source(path, _silent).sha256 == file["sha256"]


def _silent(phase: str, done: int, total: int) -> None:
    pass


def _human(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def _arguments(args: list[str] | None) -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--url", default=os.environ.get("REGISTRY_URL"), help="of the registry; else REGISTRY_URL"
    )
    common.add_argument(
        "--token",
        default=os.environ.get("REGISTRY_TOKEN"),
        help="better in REGISTRY_TOKEN, which others cannot see",
    )
    parser = argparse.ArgumentParser(
        description="Pushes files into a model registry, and pulls them.",
        epilog="Exits with 0 when it is done, 2 for wrong arguments, 3 when the registry refuses, 4 when it "
        "cannot be reached, 5 when bytes are corrupt, and 1 for anything else. Run again, it goes on from there.",
    )
    commands = parser.add_subparsers(dest="command", required=True)

    push = commands.add_parser("push", parents=[common], help="add a file; prints its id")
    push.add_argument("path", help="of the file")
    owner = push.add_mutually_exclusive_group(required=True)
    owner.add_argument("--version", dest="owner", metavar="ID", help="of the version that gets the file")
    owner.add_argument("--experiment", dest="owner", metavar="ID", help="of the experiment that gets it")
    push.add_argument("--name", help='what the file is to it, such as "weights"; its filename if left out')
    push.add_argument("--content-type", metavar="TYPE", help="its media type")
    push.add_argument("--replace", action="store_true", help="take the place of a file that has the name")
    push.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether to go on with an upload of the same bytes that was broken off",
    )
    push.add_argument(
        "--parallel", type=int, default=4, metavar="N", help="how many parts to send at once; else 4"
    )

    pull = commands.add_parser("pull", parents=[common], help="download a file; prints its path")
    pull.add_argument("id", help="of a file, a version or an experiment")
    pull.add_argument("--name", help="which file of the version or experiment")
    pull.add_argument(
        "--to", default=".", metavar="PATH", help="a folder or a file; the folder it runs in if left out"
    )
    pull.add_argument(
        "--overwrite", action="store_true", help="replace a file with other bytes that is there"
    )

    found = parser.parse_args(args)
    for name in ("url", "token"):
        if not getattr(found, name):
            parser.error(f"--{name} or REGISTRY_{name.upper()} is needed")
    return found


def _run(found: argparse.Namespace, progress: Progress | None) -> str:
    if found.command == "pull":
        registry = Registry(found.url, found.token)
        return str(registry.pull(found.id, found.name, found.to, progress, overwrite=found.overwrite))
    registry = Registry(found.url, found.token, parallel=found.parallel)
    options = {"content_type": found.content_type, "resume": found.resume}
    file = registry.push(found.path, found.owner, found.name, found.replace, progress, **options)
    return str(file["id"])


def main(args: list[str] | None = None) -> int:
    """The command. Prints what came of it on the standard output, all else on the standard error."""
    found = _arguments(args)
    progress = TerminalProgress() if sys.stderr.isatty() else None
    try:
        result = _run(found, progress)
    except (RegistryError, OSError) as error:
        message, code = str(error), error.exit_code if isinstance(error, RegistryError) else 1
    except KeyboardInterrupt:
        message, code = "Broken off. Run again, it goes on from here.", 130
    else:
        message, code = "", 0
    if progress:
        progress.close()
    if code:
        print(f"model_registry: {message}", file=sys.stderr)
    else:
        print(result)
    return code


if __name__ == "__main__":
    sys.exit(main())
