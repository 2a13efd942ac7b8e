#include "runtime/sys/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "third_party/boost_test.h"

namespace oci::sys {
namespace {

BOOST_AUTO_TEST_CASE(names_and_numbers_are_understood) {
  const struct {
    std::string_view text;
    int number;
  } cases[] = {
      {"TERM", 15},     {"SIGTERM", 15}, {"sigterm", 15},    {"term", 15},    {"SigKill", 9},
      {"KILL", 9},      {"9", 9},        {"15", 15},         {"0", 0},        {"64", 64},
      {"hup", 1},       {"WINCH", 28},   {"CLD", 17},        {"IOT", 6},      {"POLL", 29},
      {"STKFLT", 16},   {"RTMIN", 34},   {"SIGRTMIN+0", 34}, {"RTMIN+3", 37}, {"sigrtmin+30", 64},
      {"SIGRTMAX", 64}, {"RTMAX-1", 63}, {"rtmax-30", 34},
  };
  for (const auto& one : cases) {
    const Result<int> parsed = parse_signal(one.text);
    BOOST_REQUIRE_MESSAGE(bool(parsed), one.text);
    BOOST_TEST(parsed.value() == one.number, one.text);
  }
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused) {
  for (const std::string_view text : {"",
                                      "SIG",
                                      "SIGSIGTERM",
                                      "TERMX",
                                      "65",
                                      "-1",
                                      "-9",
                                      "9x",
                                      "9 ",
                                      " 9",
                                      "+9",
                                      "1.0",
                                      "RTMIN-1",
                                      "RTMIN+31",
                                      "RTMAX+1",
                                      "RTMAX-31",
                                      "RTMIN+",
                                      "RTMINx",
                                      "99999999999999",
                                      "0x9"}) {
    BOOST_TEST(!parse_signal(text), text);
  }
  BOOST_TEST(parse_signal("FOO").error().message() ==
             "unknown signal 'FOO'; give a name such as TERM, or a number from 0 to 64");
}

BOOST_AUTO_TEST_CASE(every_signal_has_a_name_that_reads_back) {
  for (int signal = 1; signal <= 64; ++signal) {
    if (signal == 32 || signal == 33) continue;  // the C library's
    BOOST_TEST(parse_signal(signal_name(signal)).value() == signal);
  }
  BOOST_TEST(signal_name(6) == "SIGABRT");
  BOOST_TEST(signal_name(99) == "signal 99");
}

BOOST_AUTO_TEST_CASE(signals_arrive_in_the_stream_and_the_mask_comes_back) {
  sigset_t before;
  sigprocmask(SIG_BLOCK, nullptr, &before);
  {
    Result<SignalStream> opened = SignalStream::open();
    BOOST_REQUIRE(bool(opened));
    SignalStream stream = std::move(opened).value();
    BOOST_TEST(!stream.next().has_value());
    kill(getpid(), SIGUSR1);
    pollfd waits{stream.fd(), POLLIN, 0};
    BOOST_TEST(poll(&waits, 1, 5000) == 1);
    BOOST_TEST(*stream.next() == SIGUSR1);
    BOOST_TEST(!stream.next().has_value());
    kill(getpid(), SIGTERM);  // never read: it must not end this process below
  }
  sigset_t after;
  sigprocmask(SIG_BLOCK, nullptr, &after);
  for (int signal = 1; signal <= 31; ++signal) {
    BOOST_TEST(sigismember(&before, signal) == sigismember(&after, signal));
  }
}

BOOST_AUTO_TEST_CASE(one_that_asks_to_end_interrupts_a_wait_and_is_kept) {
  SignalStream stream = std::move(SignalStream::open()).value();
  int ends[2];
  BOOST_REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  kill(getpid(), SIGUSR1);
  kill(getpid(), SIGWINCH);
  const Result<bool> late =
      wait_readable(reader.get(), deadline_in(std::chrono::milliseconds(50)), &stream);
  BOOST_REQUIRE(bool(late));
  BOOST_TEST(!late.value());
  kill(getpid(), SIGTERM);
  const Result<bool> interrupted = wait_readable(reader.get(), std::nullopt, &stream);
  BOOST_REQUIRE(!interrupted);
  BOOST_TEST(interrupted.error().message() == "interrupted by SIGTERM");
  BOOST_TEST(*stream.terminating_signal() == SIGTERM);
  std::vector<int> all;
  while (const std::optional<int> signal = stream.next())
    all.push_back(*signal);
  BOOST_TEST(all.size() == 3);
  BOOST_TEST(!stream.terminating_signal().has_value());
  writer.reset();  // the end of file is readable, too
  const Result<bool> ended = wait_readable(reader.get(), std::nullopt, &stream);
  BOOST_REQUIRE(bool(ended));
  BOOST_TEST(ended.value());
}

}  // namespace
}  // namespace oci::sys
