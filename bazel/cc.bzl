"""The macros that every folder uses, so that a flag has one home."""

def us_library(name, deps = [], **kwargs):
    """A unit: NAME.h, NAME.cc (if it is there) and its deps."""
    if "hdrs" not in kwargs:
        kwargs["hdrs"] = [name + ".h"]
    if "srcs" not in kwargs:
        kwargs["srcs"] = native.glob([name + ".cc"])
    native.cc_library(name = name, deps = deps, **kwargs)

def us_test(name, deps = [], size = "small", **kwargs):
    """A unit test with GoogleTest's main."""
    if "srcs" not in kwargs:
        kwargs["srcs"] = [name + ".cc"]
    native.cc_test(
        name = name,
        size = size,
        deps = deps + ["//bazel/third_party:gtest_main"],
        **kwargs
    )

def us_unit(name, deps = [], test_deps = [], test_size = "small", test_tags = [], test_data = [], **kwargs):
    """A library and its test NAME_test.cc beside it."""
    us_library(name = name, deps = deps, **kwargs)
    us_test(
        name = name + "_test",
        size = test_size,
        deps = [":" + name] + deps + test_deps,
        tags = test_tags,
        data = test_data,
    )

def us_benchmark(name, deps = [], **kwargs):
    """A Google Benchmark binary: bazel run -c opt //folder:NAME."""
    native.cc_binary(
        name = name,
        srcs = [name + ".cc"],
        testonly = True,
        deps = deps + ["//bazel/third_party:benchmark_main"],
        **kwargs
    )

def us_fuzz(name, corpus, deps = []):
    """A fuzz target NAME.cc. `NAME_replay` runs the corpus in every test run;
    `bazel build --config=fuzz :NAME` makes the libFuzzer binary."""
    inputs = native.glob([corpus + "/*"])
    native.cc_test(
        name = name + "_replay",
        size = "small",
        srcs = [name + ".cc", "//base:testing/replay_main.cc"],
        data = inputs,
        args = ["$(location %s)" % i for i in inputs],
        deps = deps,
    )
    native.cc_binary(
        name = name,
        testonly = True,
        srcs = [name + ".cc"],
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual", "fuzz"],
        deps = deps,
    )
