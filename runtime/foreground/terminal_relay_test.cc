#include "runtime/foreground/terminal_relay.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "third_party/boost_test.h"

namespace oci::foreground {
namespace {

using sys::UniqueFd;

struct Pair {
  UniqueFd one;
  UniqueFd other;
};

// The first is the runtime's end of the pty, the second is the program's.
Pair pty() {
  int master = -1;
  int slave = -1;
  BOOST_REQUIRE(openpty(&master, &slave, nullptr, nullptr, nullptr) == 0);
  return {UniqueFd(master), UniqueFd(slave)};
}

// Reader and writer.
Pair pipe_pair() {
  int ends[2];
  BOOST_REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::string available(int fd) {
  char buffer[65536];
  pollfd ready{fd, POLLIN, 0};
  if (poll(&ready, 1, 0) != 1) return {};
  const ssize_t got = read(fd, buffer, sizeof buffer);
  return got > 0 ? std::string(buffer, static_cast<size_t>(got)) : std::string();
}

// The pty of one container, pipes as stdin and stdout of `run`, and the relay in between.
struct Fixture {
  explicit Fixture(int input_fd = -1, int output_fd = -1) {
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, nullptr);
    const int master = fcntl(console.one.get(), F_DUPFD_CLOEXEC, 3);
    Result<TerminalRelay> opened =
        TerminalRelay::open(UniqueFd(master), input_fd < 0 ? input.one.get() : input_fd,
                            output_fd < 0 ? output.other.get() : output_fd);
    BOOST_REQUIRE(bool(opened));
    relay.emplace(std::move(opened).value());
    console.one.reset();
  }

  // Runs the relay until nothing is ready for `quiet_ms`. Returns the number of poll(2) calls.
  int pump(int quiet_ms = 150) {  // a loaded machine needs time to move bytes through a pty
    int rounds = 0;
    for (; rounds < 10000; ++rounds) {
      pollfd fds[TerminalRelay::kDescriptors];
      relay->wanted(fds);
      if (poll(fds, TerminalRelay::kDescriptors, quiet_ms) == 0) break;
      relay->handle(fds);
    }
    return rounds;
  }

  // The output that the user sees after the relay has copied everything.
  std::string shown() {
    std::string all;
    for (;;) {
      pump();
      const std::string more = available(output.one.get());
      if (more.empty()) return all;
      all += more;
    }
  }

  void program_writes(std::string_view text) {
    BOOST_REQUIRE(write(console.other.get(), text.data(), text.size()) ==
                  static_cast<ssize_t>(text.size()));
  }
  void user_types(std::string_view text) {
    BOOST_REQUIRE(write(input.other.get(), text.data(), text.size()) ==
                  static_cast<ssize_t>(text.size()));
  }
  void without_echo() {
    termios settings;
    tcgetattr(console.other.get(), &settings);
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(console.other.get(), TCSANOW, &settings);
  }

  void with_keys() {
    termios settings;
    tcgetattr(console.other.get(), &settings);
    cfmakeraw(&settings);
    tcsetattr(console.other.get(), TCSANOW, &settings);
  }

  Pair console = pty();
  Pair input = pipe_pair();
  Pair output = pipe_pair();
  std::optional<TerminalRelay> relay;
};

BOOST_AUTO_TEST_CASE(bytes_pass_both_ways) {
  Fixture f;
  f.without_echo();
  f.program_writes("hello\n");
  BOOST_TEST(f.shown() == "hello\r\n");
  f.user_types("answer\n");
  f.pump();
  BOOST_TEST(available(f.console.other.get()) == "answer\n");
}

BOOST_AUTO_TEST_CASE(all_output_is_delivered_after_init_ended) {
  Fixture f;
  const std::string text(3000, 'x');
  f.program_writes(text);
  f.console.other.reset();
  f.relay->init_ended();
  BOOST_TEST((f.shown() == text));
  BOOST_TEST(f.relay->finished());
}

BOOST_AUTO_TEST_CASE(a_process_that_keeps_the_pty_open_does_not_hold_up_the_end) {
  Fixture f;
  f.program_writes("last words\n");
  f.relay->init_ended();
  BOOST_TEST(f.shown() == "last words\r\n");
  BOOST_TEST(f.relay->finished());
}

BOOST_AUTO_TEST_CASE(a_reader_that_stopped_delays_the_end_but_blocks_nothing) {
  Fixture f;
  const std::string filler(65536, 'f');
  fcntl(f.output.other.get(), F_SETFL, O_NONBLOCK);
  while (write(f.output.other.get(), filler.data(), filler.size()) > 0) {
  }
  f.program_writes("late");
  BOOST_TEST(f.pump() < 10);
  f.relay->init_ended();
  BOOST_TEST(f.pump() < 10);
  BOOST_TEST(!f.relay->finished());
  std::string all;
  while (!f.relay->finished()) {
    all += available(f.output.one.get());
    f.pump(1);
  }
  all += f.shown();
  BOOST_TEST(all.ends_with("late"));
}

BOOST_AUTO_TEST_CASE(the_end_of_input_is_an_end_of_file_for_the_program) {
  Fixture f;
  f.without_echo();
  f.user_types("half");
  f.input.other.reset();
  f.pump();
  char buffer[16];
  BOOST_TEST(read(f.console.other.get(), buffer, sizeof buffer) == 4);  // ends the half line
  BOOST_TEST(read(f.console.other.get(), buffer, sizeof buffer) == 0);
  BOOST_TEST(f.pump() < 5);  // and then it is not polled again
}

BOOST_AUTO_TEST_CASE(an_input_without_bytes_ends_at_once) {
  const UniqueFd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  Fixture f(null.get());
  BOOST_TEST(f.pump() < 10);
  char byte;
  BOOST_TEST(read(f.console.other.get(), &byte, 1) == 0);
}

BOOST_AUTO_TEST_CASE(a_program_that_reads_keys_is_sent_the_key_for_it) {
  Fixture f;
  f.with_keys();
  f.user_types("k");
  f.input.other.reset();
  f.pump();
  BOOST_TEST(available(f.console.other.get()) == "k\x04");
}

BOOST_AUTO_TEST_CASE(a_shell_that_turns_to_keys_is_told_again) {
  const UniqueFd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  Fixture f(null.get());
  f.pump();  // lines: an end of file that the program did not read
  f.with_keys();
  f.program_writes("$ ");
  f.pump();
  f.program_writes("again");
  f.pump();
  BOOST_TEST(available(f.console.other.get()).ends_with("\x04"));
  BOOST_TEST(available(f.console.other.get()).empty());
}

BOOST_AUTO_TEST_CASE(an_output_that_nobody_reads_does_not_stop_the_program) {
  Fixture f;
  f.output.one.reset();
  for (int i = 0; i < 100; ++i) {
    f.program_writes(std::string(1000, 'x'));
    f.pump(0);
  }
  BOOST_TEST(f.pump() < 200);
  f.relay->init_ended();
  BOOST_TEST(f.relay->finished());
}

BOOST_AUTO_TEST_CASE(a_pty_that_is_closed_does_not_spin_and_may_be_opened_again) {
  Fixture f;
  char name[64];
  BOOST_REQUIRE(ttyname_r(f.console.other.get(), name, sizeof name) == 0);
  f.console.other.reset();
  BOOST_TEST(f.pump() < 10);
  BOOST_TEST(f.pump() == 0);
  for (int i = 0; i < 3; ++i) {  // as systemd does for each line
    f.console.other.reset(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
    f.program_writes("status\n");
    BOOST_TEST(f.shown() == "status\r\n");
    f.console.other.reset();
    BOOST_TEST(f.pump() < 10);
  }
  f.relay->init_ended();
  BOOST_TEST(f.relay->finished());
}

BOOST_AUTO_TEST_CASE(what_is_typed_while_the_pty_is_closed_waits) {
  Fixture f;
  f.without_echo();
  char name[64];
  BOOST_REQUIRE(ttyname_r(f.console.other.get(), name, sizeof name) == 0);
  f.console.other.reset();
  f.pump();
  f.user_types("early\n");
  BOOST_TEST(f.pump() < 10);
  f.console.other.reset(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  f.program_writes("prompt");
  BOOST_TEST(f.shown() == "prompt");
  BOOST_TEST(available(f.console.other.get()) == "early\n");
}

BOOST_AUTO_TEST_CASE(nothing_to_do_means_no_wake_ups) {
  Fixture f;
  BOOST_TEST(f.pump() == 0);  // crun #1717: POLLOUT without data
  f.user_types("x");
  f.pump();
  BOOST_TEST(f.pump() == 0);
}

BOOST_AUTO_TEST_CASE(a_terminal_is_raw_gives_its_size_and_gets_its_settings_back) {
  const Pair user = pty();
  const winsize size{.ws_row = 33, .ws_col = 99, .ws_xpixel = 0, .ws_ypixel = 0};
  ioctl(user.other.get(), TIOCSWINSZ, &size);
  termios settings;
  {
    Fixture f(user.other.get(), user.other.get());
    tcgetattr(user.other.get(), &settings);
    BOOST_TEST((settings.c_lflag & (ICANON | ECHO | ISIG)) == 0U);
    winsize inside{};
    ioctl(f.console.other.get(), TIOCGWINSZ, &inside);
    BOOST_TEST(inside.ws_row == 33);
    BOOST_TEST(inside.ws_col == 99);

    const winsize next{.ws_row = 10, .ws_col = 20, .ws_xpixel = 0, .ws_ypixel = 0};
    ioctl(user.one.get(), TIOCSWINSZ, &next);
    f.relay->resize();
    ioctl(f.console.other.get(), TIOCGWINSZ, &inside);
    BOOST_TEST(inside.ws_row == 10);

    f.without_echo();
    BOOST_REQUIRE(write(user.one.get(), "keys\r", 5) == 5);
    f.program_writes("out\n");
    f.pump();
    BOOST_TEST(available(user.one.get()) == "out\r\n");
    BOOST_TEST(available(f.console.other.get()) == "keys\n");
    BOOST_TEST((fcntl(user.other.get(), F_GETFL) & O_NONBLOCK) == 0);
  }
  tcgetattr(user.other.get(), &settings);
  BOOST_TEST((settings.c_lflag & (ICANON | ECHO | ISIG)) ==
             static_cast<tcflag_t>(ICANON | ECHO | ISIG));
}

BOOST_AUTO_TEST_CASE(a_file_as_output_is_appended_to_where_it_was) {
  char path[] = "/tmp/oci-rt-relay-XXXXXX";
  const UniqueFd file(mkostemp(path, O_CLOEXEC));
  unlink(path);
  BOOST_REQUIRE(write(file.get(), "before ", 7) == 7);
  Fixture f(-1, file.get());
  f.program_writes("after");
  f.pump();
  char text[32] = {};
  BOOST_TEST(pread(file.get(), text, sizeof text, 0) == 12);
  BOOST_TEST(text == std::string("before after"));
}

}  // namespace
}  // namespace oci::foreground
