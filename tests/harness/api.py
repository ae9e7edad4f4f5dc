# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""An independent client of the gRPC API, made from the protos at run time."""

import atexit
import importlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

import google
import grpc

from harness.process import REPO

GOOGLEAPIS = pathlib.Path(
    "/usr/share/gocode/src/github.com/grpc-ecosystem/grpc-gateway/third_party/"
    "googleapis")
_PROTOS = (
    "understudy/v1/zone.proto", "understudy/v1/zone_service.proto",
    "understudy/admin/v1/edge_service.proto", "google/rpc/error_info.proto",
)
_GOOGLE_PROTOS = ("google/api/annotations.proto", "google/api/http.proto",
                  "google/rpc/status.proto", "google/rpc/error_details.proto",
                  "google/rpc/code.proto")


class Modules:
    """The generated modules, by what they hold."""

    def __init__(self, folder):
        subprocess.run(
            ["protoc", f"-I{REPO}/proto", f"-I{GOOGLEAPIS}", "-I/usr/include",
             f"--python_out={folder}", f"--grpc_python_out={folder}",
             "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin",
             *_PROTOS, *_GOOGLE_PROTOS], check=True, stdin=subprocess.DEVNULL)
        sys.path.insert(0, folder)
        # `google` is one package of several homes.
        google.__path__.append(f"{folder}/google")
        load = importlib.import_module
        self.zone = load("understudy.v1.zone_pb2")
        self.service = load("understudy.v1.zone_service_pb2")
        self.stubs = load("understudy.v1.zone_service_pb2_grpc")
        self.admin = load("understudy.admin.v1.edge_service_pb2")
        self.admin_stubs = load("understudy.admin.v1.edge_service_pb2_grpc")
        self.status = load("google.rpc.status_pb2")
        self.details = load("google.rpc.error_details_pb2")
        self.error_info = load("google.rpc.error_info_pb2")


_CACHE = []


def modules():
    if not _CACHE:
        folder = tempfile.mkdtemp(prefix="us-protos-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        _CACHE.append(Modules(folder))
    return _CACHE[0]


class Failure(AssertionError):
    """A failed call: `code` (text), `reason`, `fields` {field: description}."""

    def __init__(self, error):
        super().__init__(error.details())
        self.code = error.code().name
        self.message = error.details()
        self.reason = None
        self.fields = {}
        for key, value in error.trailing_metadata() or ():
            if key != "grpc-status-details-bin":
                continue
            status = modules().status.Status()
            status.ParseFromString(value)
            for detail in status.details:
                self._take(detail)

    def _take(self, detail):
        info = modules().error_info.ErrorInfo()
        bad = modules().details.BadRequest()
        if detail.Is(info.DESCRIPTOR):
            detail.Unpack(info)
            self.reason = info.reason
        elif detail.Is(bad.DESCRIPTOR):
            detail.Unpack(bad)
            for violation in bad.field_violations:
                self.fields[violation.field] = violation.description


class Api:
    """Calls by name: api.zones("CreateZone", parent=..., zone=...)."""

    def __init__(self, stack, token=None, timeout=20):
        m = modules()
        self.m = m
        self.timeout = timeout
        self.token = stack.env["UNDERSTUDY_TOKEN"] if token is None else token
        credentials = grpc.ssl_channel_credentials(
            pathlib.Path(stack.env["UNDERSTUDY_CA"]).read_bytes())
        self.channel = grpc.secure_channel(stack.env["UNDERSTUDY_ENDPOINT"],
                                           credentials)
        self._zones = m.stubs.ZoneServiceStub(self.channel)
        self._edges = m.admin_stubs.EdgeServiceStub(self.channel)

    def zones(self, method, **fields):
        request = getattr(self.m.service, f"{method}Request")(**fields)
        return self._call(getattr(self._zones, method), request)

    def edges(self, method, **fields):
        request = getattr(self.m.admin, f"{method}Request")(**fields)
        return self._call(getattr(self._edges, method), request)

    def create(self, zone, primaries, **fields):
        return self.zones(
            "CreateZone", parent="projects/default",
            zone=self.m.zone.Zone(
                name=f"projects/default/zones/{zone}",
                primaries=[self.m.zone.Primary(address=a, port=p)
                           for a, p in primaries]), **fields)

    def close(self):
        self.channel.close()

    def _call(self, method, request):
        metadata = [("authorization", f"Bearer {self.token}")] if self.token else []
        try:
            return method(request, timeout=self.timeout, metadata=metadata)
        except grpc.RpcError as error:
            raise Failure(error) from None
