#include "runtime/sys/log.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "runtime/sys/file.h"
#include "runtime/sys/log_sink.h"
#include "runtime/sys/socket.h"
#include "runtime/testing/receive_fd.h"
#include "third_party/boost_test.h"
#include "third_party/rapidjson.h"

namespace oci::sys {
namespace {

constexpr timespec kTime = {.tv_sec = 1767323045, .tv_nsec = 6'007};  // 2026-01-02T03:04:05Z

std::string json_message(std::string_view message) {
  const std::string record = format_record(LogFormat::kJson, LogLevel::kError, message, kTime);
  BOOST_TEST(record.find('\n') == record.size() - 1);
  json::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(record.data(), record.size());
  BOOST_REQUIRE(!document.HasParseError());
  return {document["msg"].GetString(), document["msg"].GetStringLength()};
}

BOOST_AUTO_TEST_CASE(a_record_looks_like_logrus) {
  BOOST_TEST(format_record(LogFormat::kJson, LogLevel::kError, "mount \"/a\"", kTime) ==
             "{\"level\":\"error\",\"msg\":\"mount "
             "\\\"/a\\\"\",\"time\":\"2026-01-02T03:04:05.000006Z\"}\n");
  BOOST_TEST(format_record(LogFormat::kText, LogLevel::kWarning, "two\nlines", kTime) ==
             "time=\"2026-01-02T03:04:05.000006Z\" level=warning msg=\"two\\nlines\"\n");
}

BOOST_AUTO_TEST_CASE(time_is_right_at_the_edges_of_the_calendar) {
  const struct {
    int64_t seconds;
    std::string_view text;
  } cases[] = {
      {0, "1970-01-01T00:00:00Z"},          {-1, "1969-12-31T23:59:59Z"},
      {951782399, "2000-02-28T23:59:59Z"},  {951782400, "2000-02-29T00:00:00Z"},
      {1709164800, "2024-02-29T00:00:00Z"}, {1740787199, "2025-02-28T23:59:59Z"},
      {1798761599, "2026-12-31T23:59:59Z"}, {2147483648, "2038-01-19T03:14:08Z"},
      {4107542400, "2100-03-01T00:00:00Z"}, {253402300799, "9999-12-31T23:59:59Z"},
  };
  for (const auto& one : cases)
    BOOST_TEST(utc_time(one.seconds) == one.text);
}

BOOST_AUTO_TEST_CASE(any_bytes_make_valid_json) {
  BOOST_TEST(json_message("plain / slash") == "plain / slash");
  BOOST_TEST(json_message("tab\tquote\"back\\") == "tab\tquote\"back\\");
  BOOST_TEST(json_message(std::string_view("nul\0\x01\x7f", 6)) ==
             std::string_view("nul\0\x01\x7f", 6));
  BOOST_TEST(json_message("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3") ==
             "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3");
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const char bytes[] = {static_cast<char>(first), static_cast<char>(second)};
      const std::string record =
          format_record(LogFormat::kJson, LogLevel::kError, {bytes, 2}, kTime);
      json::Document document;
      document.Parse<rapidjson::kParseValidateEncodingFlag>(record.data(), record.size());
      if (document.HasParseError()) BOOST_ERROR(cat("bytes ", first, " ", second));
    }
  }
}

BOOST_AUTO_TEST_CASE(invalid_utf8_is_replaced_byte_by_byte) {
  const struct {
    std::string_view bytes;
    std::string_view shown;
  } cases[] = {
      {"a\xff z", "a\xef\xbf\xbd z"},
      {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                  // overlong
      {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},  // surrogate
      {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},  // truncated
  };
  for (const auto& one : cases) {
    BOOST_TEST(json_message(one.bytes) == one.shown);
    BOOST_TEST(printable(one.bytes) == one.shown);
  }
}

BOOST_AUTO_TEST_CASE(control_characters_do_not_reach_a_terminal) {
  BOOST_TEST(printable("a\x1b[31m\r\nb\x7f") == "a\\x1b[31m\\x0d\nb\\x7f");
  // C1 of ECMA-48, and characters with the same first byte.
  BOOST_TEST(printable("\u009b31m\u0080\u009f\u00a0\u00e4") == "\\x9b31m\\x80\\x9f\u00a0\u00e4");
  BOOST_TEST(
      format_record(LogFormat::kJson, LogLevel::kError, "\u009b\u00a0", {}).find("\\u009b\u00a0") !=
      std::string::npos);
}

// The log file and the stderr of a run. Runs in a child, because a process has only one log.
struct Written {
  std::string log;
  std::string stderr_text;
};

struct TempDir {
  TempDir() { BOOST_REQUIRE(mkdtemp(path) != nullptr); }
  ~TempDir() {
    for (const char* name : {"/log", "/err"})
      unlink(cat(path, name).c_str());
    rmdir(path);
  }
  char path[64] = "/tmp/oci-rt-log-XXXXXX";
};

Written logged(LogOptions options, const std::function<void()>& body) {
  const TempDir dir;
  if (!options.destination.empty()) options.destination += cat(dir.path, "/log");
  const pid_t child = fork();
  if (child == 0) {
    const int err = open(cat(dir.path, "/err").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (err < 0 || dup2(err, 2) < 0 || !open_log(options)) _exit(1);
    body();
    _exit(0);
  }
  int status = -1;
  BOOST_REQUIRE(waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
  Written written;
  written.stderr_text = read_file_at(AT_FDCWD, cat(dir.path, "/err"), 65536).value();
  if (!options.destination.empty()) {
    written.log = read_file_at(AT_FDCWD, cat(dir.path, "/log"), 65536).value();
  }
  return written;
}

size_t lines(std::string_view text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

void everything() {
  log_debug("d");
  log_warning("w");
}

BOOST_AUTO_TEST_CASE(a_failed_run_leaves_exactly_one_record_in_its_file) {
  const Written written = logged({.destination = "file:", .format = LogFormat::kJson}, [] {
    everything();
    log_failure(Error(ErrorKind::kUsage, "bad\x1b"));
  });
  BOOST_TEST(lines(written.log) == 1);
  BOOST_TEST(written.log.starts_with("{\"level\":\"error\",\"msg\":\"bad\\u001b\",\"time\":\""));
  BOOST_TEST(written.stderr_text == "oci-rt: bad\\x1b\n");
}

BOOST_AUTO_TEST_CASE(a_run_that_succeeded_leaves_its_warnings_and_nothing_on_stderr) {
  const Written written = logged({.destination = "file:", .format = LogFormat::kJson}, [] {
    everything();
    log_success();
  });
  BOOST_TEST(lines(written.log) == 1);
  BOOST_TEST(written.log.starts_with("{\"level\":\"warning\",\"msg\":\"w\""));
  BOOST_TEST(written.stderr_text.empty());
}

BOOST_AUTO_TEST_CASE(debug_writes_all_at_once_and_the_error_last) {
  const Written written = logged({.destination = "file:", .level = LogLevel::kDebug}, [] {
    everything();
    log_failure(Error(ErrorKind::kUsage, "bad"));
  });
  BOOST_TEST(lines(written.log) == 3);
  BOOST_TEST(written.log.find("level=debug msg=\"d\"") != std::string::npos);
  BOOST_TEST(written.log.ends_with("level=error msg=\"bad\"\n"));
  BOOST_TEST(written.stderr_text == "oci-rt: bad\n");
}

BOOST_AUTO_TEST_CASE(without_a_file_only_the_error_is_shown) {
  const auto run = [] {
    everything();
    log_success();
    log_failure(Error(ErrorKind::kUsage, "bad\nworse"));
  };
  BOOST_TEST(logged({}, run).stderr_text == "oci-rt: bad\nworse\n");
  const std::string json = logged({.format = LogFormat::kJson}, run).stderr_text;
  BOOST_TEST(lines(json) == 1);
  BOOST_TEST(json.starts_with("{\"level\":\"error\",\"msg\":\"bad; worse\""));
}

BOOST_AUTO_TEST_CASE(without_a_file_a_wanted_level_goes_to_stderr) {
  const std::string text = logged({.level = LogLevel::kWarning}, everything).stderr_text;
  BOOST_TEST(lines(text) == 1);
  BOOST_TEST(text.ends_with("level=warning msg=\"w\"\n"));
}

BOOST_AUTO_TEST_CASE(an_unusable_destination_is_an_error) {
  BOOST_TEST(open_log({.destination = "/no/such/dir/log"}).error().message() ==
             "--log: '/no/such/dir/log' cannot be opened for appending: there is no directory "
             "'/no/such/dir/'");
  BOOST_TEST(open_journal("x", "/no/such/socket").error().message() ==
             "--log journald:x '/no/such/socket': there is no such socket");
}

// A listening socket in place of the journal or syslog.
struct Listener {
  Listener() {
    socket = bind_datagram(open_at(AT_FDCWD, dir.path, O_PATH | O_DIRECTORY).value().get(), "log")
                 .value();
  }
  std::string path() const { return cat(dir.path, "/log"); }
  std::string read() const {
    char text[65536];
    const ssize_t got = ::recv(socket.get(), text, sizeof text, MSG_DONTWAIT);
    return {text, got < 0 ? 0 : static_cast<size_t>(got)};
  }
  TempDir dir;
  UniqueFd socket;
};

BOOST_AUTO_TEST_CASE(the_journal_gets_fields) {
  const Listener journal;
  const auto sink = open_journal("web1", journal.path()).value();
  sink->write(LogLevel::kError, "no luck", "");
  BOOST_TEST(journal.read() == "PRIORITY=3\nSYSLOG_IDENTIFIER=oci-rt\nID=web1\nMESSAGE=no luck\n");
  sink->write(LogLevel::kDebug, "a\nb", "");
  BOOST_TEST(journal.read() ==
             std::string_view("PRIORITY=7\nSYSLOG_IDENTIFIER=oci-rt\nID=web1\nMESSAGE\n"
                              "\3\0\0\0\0\0\0\0a\nb\n",
                              64));
}

BOOST_AUTO_TEST_CASE(what_is_too_long_for_the_journal_comes_as_a_sealed_file) {
  const Listener journal;
  const auto sink = open_journal("web1", journal.path()).value();
  const std::string message(size_t{4} << 20, 'x');
  sink->write(LogLevel::kError, message, "");
  const UniqueFd file = receive_fd(journal.socket.get(), 16).value().fd;
  constexpr int kAll = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  BOOST_TEST((fcntl(file.get(), F_GET_SEALS) & kAll) == kAll);
  const std::string entry = read_all(file.get(), "entry", size_t{8} << 20).value();
  BOOST_TEST(entry.ends_with(cat("MESSAGE=", message, "\n")));
}

BOOST_AUTO_TEST_CASE(syslog_gets_rfc_3164) {
  const Listener syslog;
  const auto sink = open_syslog("web1", syslog.path()).value();
  sink->write(LogLevel::kWarning, "two\nlines", "");
  const std::string packet = syslog.read();
  BOOST_TEST(packet.starts_with("<12>"));
  BOOST_TEST(packet.ends_with(cat(" web1[", getpid(), "]: two lines")));
  BOOST_TEST(syslog_packet(LogLevel::kError, "x", "", kTime.tv_sec) ==
             cat("<11>Jan  2 03:04:05 oci-rt[", getpid(), "]: x"));
}

}  // namespace
}  // namespace oci::sys
