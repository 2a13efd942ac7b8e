#include "runtime/sys/trace.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "runtime/sys/file.h"
#include "runtime/testing/temp_dir.h"
#include "third_party/boost_test.h"
#include "third_party/rapidjson.h"

namespace oci::sys {
namespace {

struct Place {
  testing::TempDir dir;
  std::string file = dir.path() + "/trace.json";

  std::string text() const { return read_file_at(AT_FDCWD, file, 1 << 20).value(); }

  json::Document events() const {
    const std::string read = text();
    json::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag>(read.data(), read.size());
    BOOST_REQUIRE_MESSAGE(!document.HasParseError(), read);
    BOOST_REQUIRE(document.IsArray());
    return document;
  }
};

BOOST_FIXTURE_TEST_CASE(without_a_trace_nothing_is_noted, Place) {
  BOOST_TEST(!tracing());
  { const Span span("step"); }
  name_process(0, "name");
  BOOST_TEST(!!write_trace());
  BOOST_TEST(::access(file.c_str(), F_OK) != 0);
}

BOOST_FIXTURE_TEST_CASE(spans_nest_and_keep_their_digits, Place) {
  BOOST_REQUIRE(!!open_trace("--trace", file));
  BOOST_TEST(tracing());
  name_process(0, "oci-rt \"x\"");
  {
    const Span outer("outer", "/a\\b");
    const Span inner("inner");
  }
  add_interval({.pid = 7, .name = "step", .begin = 5'000'007, .end = 6'020'000});
  add_interval({.pid = 7, .name = "backwards", .begin = 9, .end = 8});
  BOOST_REQUIRE(!!write_trace());
  BOOST_TEST(!tracing());
  const json::Document document = events();
  BOOST_TEST(document.Size() == 5U);
  BOOST_TEST(document[0]["args"]["name"].GetString() == "oci-rt \"x\"");
  const auto &inner = document[1], &outer = document[2];
  BOOST_TEST(inner["name"].GetString() == "inner");
  BOOST_TEST(outer["args"]["about"].GetString() == "/a\\b");
  BOOST_TEST(outer["pid"].GetInt() == ::getpid());
  const auto end = [](const auto& one) { return one["ts"].GetDouble() + one["dur"].GetDouble(); };
  BOOST_TEST(outer["ts"].GetDouble() <= inner["ts"].GetDouble());
  BOOST_TEST(end(inner) <= end(outer) + 0.001);
  BOOST_TEST(text().find(R"("pid":7,"tid":7,"ts":5000.007,"dur":1019.993})") != std::string::npos);
  BOOST_TEST(document[4]["dur"].GetDouble() == 0);
}

BOOST_FIXTURE_TEST_CASE(another_program_goes_on_in_the_same_file, Place) {
  BOOST_REQUIRE(!!open_trace("--trace", file));
  write_trace_before("/usr/libexec/oci-rt/oci-rt-tools");
  BOOST_TEST(!tracing());
  BOOST_REQUIRE(!!open_trace("--trace", file));
  { const Span span("stats"); }
  BOOST_REQUIRE(!!write_trace());
  const json::Document document = events();
  BOOST_REQUIRE(document.Size() == 2U);
  BOOST_TEST(document[0]["name"].GetString() == "execute");
  BOOST_TEST(document[0]["args"]["about"].GetString() == "/usr/libexec/oci-rt/oci-rt-tools");
  BOOST_TEST(document[1]["name"].GetString() == "stats");
}

BOOST_FIXTURE_TEST_CASE(many_processes_append_to_one_file, Place) {
  constexpr int kProcesses = 8, kTimes = 10;
  std::set<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t pid = ::fork();
    if (pid != 0) {
      children.insert(pid);
      continue;
    }
    bool good = true;
    for (int n = 0; n < kTimes && good; ++n) {
      good = static_cast<bool>(open_trace("--trace", file));
      add_interval({.pid = i + 1, .name = std::string(100, 'x'), .begin = 1, .end = 2});
      good = good && write_trace();
    }
    ::_exit(good ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = -1;
    BOOST_TEST(::waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
  }
  BOOST_TEST(events().Size() == unsigned{kProcesses * kTimes});
}

BOOST_FIXTURE_TEST_CASE(another_file_is_refused_and_stays_as_it_is, Place) {
  for (const std::string_view content : {"root:x:0:0\n", "[\n", "[\n{}", "{}\n]\n", "\n"}) {
    BOOST_REQUIRE(!!write_file_at(AT_FDCWD, (::creat(file.c_str(), 0600), file), content));
    const Status opened = open_trace("--trace", file);
    BOOST_REQUIRE(!opened);
    BOOST_TEST(opened.error().message() ==
               cat("--trace: '", file, "' holds something else than a trace; name a new file"));
    BOOST_TEST(text() == content);
  }
  BOOST_TEST(open_trace("OCI_RT_TRACE", "/dev/null").error().message() ==
             "OCI_RT_TRACE: '/dev/null' is not a regular file; name a new file");
  BOOST_TEST(open_trace("--trace", dir.path() + "/no/x").error().message() ==
             cat("--trace: '", dir.path(),
                 "/no/x' cannot be opened for appending: there is no "
                 "directory '",
                 dir.path(), "/no/'"));
  BOOST_TEST(!tracing());
}

BOOST_FIXTURE_TEST_CASE(a_full_disk_leaves_earlier_spans_readable, Place) {
  BOOST_REQUIRE(!!open_trace("--trace", file));
  add_interval({.pid = 1, .name = "first", .begin = 1, .end = 2});
  BOOST_REQUIRE(!!write_trace());
  const std::string before = text();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {before.size() + 10, before.size() + 10};
    bool good = ::setrlimit(RLIMIT_FSIZE, &limit) == 0 && open_trace("--trace", file);
    add_interval({.pid = 1, .name = "second", .begin = 1, .end = 2});
    good = good && !write_trace();
    ::_exit(good ? 0 : 1);
  }
  int status = -1;
  BOOST_TEST(::waitpid(pid, &status, 0) == pid);
  BOOST_TEST(status == 0);
  BOOST_TEST(text() == before);
}

}  // namespace
}  // namespace oci::sys
