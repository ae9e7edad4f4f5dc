"""protoc and its gRPC plugin as one macro.

us_proto(name, srcs) makes a target NAME with the messages, so that logic can
depend on messages without seeing gRPC; grpc_srcs name the files with services,
whose stubs come out as NAME_grpc.
"""

_GOOGLEAPIS = "/usr/share/gocode/src/github.com/grpc-ecosystem/grpc-gateway/third_party/googleapis"

def _stems(srcs):
    return [s[:-len(".proto")] for s in srcs]

def us_proto(name, srcs, deps = [], proto_deps = [], grpc_srcs = [], visibility = None, grpc_visibility = None):
    """Messages as NAME, stubs of grpc_srcs as NAME_grpc."""
    native.filegroup(name = name + "_srcs", srcs = srcs, visibility = ["//visibility:public"])
    inputs = srcs + [d + "_srcs" for d in proto_deps]
    messages = [x + e for x in _stems(srcs) for e in [".pb.cc", ".pb.h"]]
    native.genrule(
        name = name + "_gen",
        srcs = inputs,
        outs = messages,
        cmd = "protoc -Iproto -I%s -I/usr/include --cpp_out=$(RULEDIR) %s" % (
            _GOOGLEAPIS,
            " ".join(["proto/" + s for s in srcs]),
        ),
    )
    native.cc_library(
        name = name,
        srcs = [x for x in messages if x.endswith(".cc")],
        hdrs = [x for x in messages if x.endswith(".h")],
        includes = ["."],
        copts = ["-w"],
        visibility = visibility,
        deps = deps + proto_deps + ["//bazel/third_party:protobuf"],
    )
    if grpc_srcs:
        stubs = [x + e for x in _stems(grpc_srcs) for e in [".grpc.pb.cc", ".grpc.pb.h"]]
        native.genrule(
            name = name + "_grpc_gen",
            srcs = inputs,
            outs = stubs,
            cmd = "protoc -Iproto -I%s -I/usr/include --grpc_out=$(RULEDIR) --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin %s" % (
                _GOOGLEAPIS,
                " ".join(["proto/" + s for s in grpc_srcs]),
            ),
        )
        native.cc_library(
            name = name + "_grpc",
            srcs = [x for x in stubs if x.endswith(".cc")],
            hdrs = [x for x in stubs if x.endswith(".h")],
            includes = ["."],
            copts = ["-w"],
            visibility = grpc_visibility or visibility,
            deps = [":" + name, "//bazel/third_party:grpc"],
        )

def google_proto(name, srcs, visibility = None):
    """C++ for googleapis' own protos, from the distribution's copy."""
    outs = [x + e for x in _stems(srcs) for e in [".pb.cc", ".pb.h"]]
    native.filegroup(name = name + "_srcs", srcs = [], visibility = ["//visibility:public"])
    native.genrule(
        name = name + "_gen",
        outs = outs,
        cmd = "protoc -I%s -I/usr/include --cpp_out=$(RULEDIR) %s" % (
            _GOOGLEAPIS,
            " ".join([_GOOGLEAPIS + "/" + s for s in srcs]),
        ),
    )
    native.cc_library(
        name = name,
        srcs = [x for x in outs if x.endswith(".cc")],
        hdrs = [x for x in outs if x.endswith(".h")],
        includes = ["."],
        copts = ["-w"],
        visibility = visibility,
        deps = ["//bazel/third_party:protobuf"],
    )
