#include "runtime/state/store.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "runtime/state/lock.h"
#include "runtime/sys/proc.h"
#include "runtime/testing/child.h"
#include "runtime/testing/temp_dir.h"
#include "third_party/boost_test.h"

namespace oci::state {
namespace {

using spec::ContainerStatus;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct TempStore {
  testing::TempDir dir;
  Store store = Store::open(dir.path("deep/root")).value();

  // Adds a complete container with `pid` as init.
  void add(const std::string& id, pid_t pid = 0) const {
    StateDir made = store.reserve(id).value();
    Record record;
    record.id = id;
    record.phase = Phase::kCreated;
    record.pid = pid;
    record.boot_id = sys::boot_id().value();
    if (pid != 0) record.start_time = sys::read_process_stat(pid).value().start_time;
    BOOST_TEST_REQUIRE(!!made.save(record));
    made.keep();
  }
  bool exists(const std::string& name) const { return dir.exists("deep/root/" + name); }
};

template <class T>
std::string error_of(const Result<T>& result) {
  return result ? "" : result.error().message();
}

BOOST_AUTO_TEST_CASE(ids_are_file_names_of_few_characters) {
  for (const char* id : {"a", "web1", "A_b+c.d-e", "..a", "-", "0"})
    BOOST_TEST(!!check_id(id), id);
  BOOST_TEST(!!check_id(std::string(255, 'x')));
  for (const char* id : {"", ".", "..", "a/b", "a b", "a\n", "\xc3\xa9", "a:b", "*"}) {
    BOOST_TEST(error_of(check_id(id)).starts_with("invalid container ID format: "), id);
  }
  BOOST_TEST(!check_id(std::string(256, 'x')));
  BOOST_TEST(!check_id(std::string_view("a\0b", 3)));
}

BOOST_AUTO_TEST_CASE(the_default_root_depends_on_who_asks) {
  const char* const old = std::getenv("XDG_RUNTIME_DIR");
  const std::string saved = old == nullptr ? "" : old;
  ::setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
  ::setenv("USER", "root", 1);
  BOOST_TEST(default_root().value() == (::geteuid() == 0 ? "/run/oci-rt" : "/run/user/7/oci-rt"));
  ::unsetenv("XDG_RUNTIME_DIR");
  BOOST_TEST(!!default_root() == (::geteuid() == 0));
  if (old != nullptr) ::setenv("XDG_RUNTIME_DIR", saved.c_str(), 1);
}

BOOST_AUTO_TEST_CASE(a_root_is_made_absolute_and_is_not_the_system) {
  BOOST_TEST(Store::open("/a/b//").value().root() == "/a/b");
  BOOST_TEST(Store::open("rel").value().root().ends_with("/rel"));
  BOOST_TEST(Store::open("rel").value().root().starts_with("/"));
  BOOST_TEST(error_of(Store::open("/")) == "--root: '/' cannot hold containers");
  BOOST_TEST(!Store::open("//"));
  BOOST_TEST(!Store::open(""));
}

BOOST_FIXTURE_TEST_CASE(a_reservation_that_is_not_kept_leaves_nothing, TempStore) {
  {
    const Result<StateDir> made = store.reserve("web1");
    BOOST_REQUIRE(made);
    struct stat info = {};
    BOOST_REQUIRE(::stat(made.value().path().c_str(), &info) == 0);
    BOOST_TEST((info.st_mode & 07777) == 0700u);
    BOOST_TEST(!!made.value().save({.id = "web1"}));
    BOOST_REQUIRE(::mkfifoat(made.value().fd(), kGateFile, 0600) == 0);
    BOOST_REQUIRE(::mkdirat(made.value().fd(), "notify", 0700) == 0);
    BOOST_REQUIRE(::mkdirat(made.value().fd(), "notify/sub", 0700) == 0);
    BOOST_REQUIRE(::symlinkat("/", made.value().fd(), "notify/sub/link") == 0);
  }
  BOOST_TEST(!exists("web1"));
  BOOST_TEST(::access("/etc", F_OK) == 0);
}

BOOST_FIXTURE_TEST_CASE(an_id_is_taken_once, TempStore) {
  add("web1");
  const Result<StateDir> again = store.reserve("web1");
  BOOST_TEST(error_of(again) == "container with given ID already exists: \"web1\"");
  BOOST_TEST((again.error().kind() == ErrorKind::kExists));
  BOOST_TEST(exists("web1"));
}

BOOST_FIXTURE_TEST_CASE(an_unfinished_creation_holds_its_id, TempStore) {
  const StateDir first = store.reserve("web1").value();
  BOOST_TEST(error_of(store.reserve("web1")) == "container with given ID already exists: \"web1\"");
}

BOOST_FIXTURE_TEST_CASE(what_a_killed_creator_left_without_a_record_is_taken_over, TempStore) {
  { store.reserve("web1").value().keep(); }
  dir.write("deep/root/web1/.record.tmp", "{\"id\":");
  BOOST_REQUIRE(exists("web1"));
  const Result<StateDir> again = store.reserve("web1");
  BOOST_REQUIRE(again);
  BOOST_TEST(!exists("web1/.record.tmp"));
}

BOOST_FIXTURE_TEST_CASE(of_many_creators_of_one_id_one_wins, TempStore) {
  constexpr int kCreators = 8;
  int gate[2];
  BOOST_REQUIRE(::pipe2(gate, O_CLOEXEC) == 0);
  std::vector<pid_t> creators;
  for (int i = 0; i < kCreators; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      char go = 0;
      ::close(gate[1]);
      (void)!::read(gate[0], &go, 1);
      Result<StateDir> made = store.reserve("web1");
      if (!made) ::_exit(made.error().kind() == ErrorKind::kExists ? 1 : 2);
      const bool saved = !!made.value().save({.phase = Phase::kCreated, .id = "web1"});
      made.value().keep();
      ::_exit(saved ? 0 : 2);
    }
    creators.push_back(pid);
  }
  ::close(gate[0]);
  ::close(gate[1]);
  int won = 0;
  for (const pid_t pid : creators) {
    const int status = testing::Child(pid).reap();
    BOOST_TEST(WEXITSTATUS(status) <= 1);
    won += WEXITSTATUS(status) == 0 ? 1 : 0;
  }
  BOOST_TEST(won == 1);
}

BOOST_FIXTURE_TEST_CASE(an_unknown_container_does_not_exist, TempStore) {
  for (const Lock lock : {Lock::kNone, Lock::kExclusive}) {
    const Result<StateDir> opened = store.open("nosuch", lock);
    BOOST_TEST(error_of(opened) == "container \"nosuch\" does not exist");
    BOOST_TEST((opened.error().kind() == ErrorKind::kNotFound));
  }
  BOOST_TEST(error_of(store.open("../x", Lock::kNone)).starts_with("invalid container ID format"));
}

BOOST_FIXTURE_TEST_CASE(records_are_replaced_whole, TempStore) {
  const StateDir made = store.reserve("web1").value();
  BOOST_TEST((made.load().error().kind() == ErrorKind::kNotFound));
  BOOST_TEST(error_of(made.load()).find("does not exist") != std::string::npos);
  BOOST_TEST(!!made.save({.id = "web1", .bundle = std::string(100000, 'b')}));
  BOOST_TEST(!!made.save({.phase = Phase::kCreated, .id = "web1"}));
  BOOST_TEST(made.load().value().bundle == "");
  BOOST_TEST((made.load().value().phase == Phase::kCreated));
  BOOST_TEST(!exists("web1/.record.tmp"));
}

BOOST_FIXTURE_TEST_CASE(a_full_disk_neither_harms_a_record_nor_keeps_it_from_being_removed,
                        TempStore) {
  add("web1");
  StateDir opened = store.open("web1", Lock::kExclusive).value();
  const pid_t pid = ::fork();
  if (pid == 0) {  // a limit of no bytes simulates a full disk
    const rlimit none = {0, 0};
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &none);
    const bool failed = !opened.save({.id = "other"});
    const bool intact = opened.load().value().id == "web1";
    ::_exit(failed && intact && opened.remove() ? 0 : 1);
  }
  BOOST_TEST(WEXITSTATUS(testing::Child(pid).reap()) == 0);
  BOOST_TEST(!exists("web1"));
}

BOOST_FIXTURE_TEST_CASE(a_locked_container_is_busy_and_its_holder_named, TempStore) {
  add("web1");
  const StateDir held = store.open("web1", Lock::kExclusive).value();
  const pid_t pid = ::fork();
  if (pid == 0) {  // with an open file description of its own, as another process
    const Result<StateDir> second = store.open("web1", Lock::kExclusive, milliseconds(20));
    const std::string expected = cat("container \"web1\" is busy: PID ", ::getppid(),
                                     " uses it; wait, or use delete --force");
    ::_exit(!second && second.error().kind() == ErrorKind::kBusy &&
                    second.error().message() == expected
                ? 0
                : 1);
  }
  BOOST_TEST(WEXITSTATUS(testing::Child(pid).reap()) == 0);
  BOOST_TEST(!!store.open("web1", Lock::kNone));  // readers need no lock
}

BOOST_FIXTURE_TEST_CASE(a_lock_is_waited_for_until_its_holder_ends, TempStore) {
  add("web1");
  int ready[2];
  BOOST_REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    const StateDir held = store.open("web1", Lock::kExclusive).value();
    (void)!::write(ready[1], "", 1);
    ::poll(nullptr, 0, 50);
    ::_exit(0);
  }
  char go = 0;
  (void)!::read(ready[0], &go, 1);
  BOOST_TEST(!!store.open("web1", Lock::kExclusive, seconds(10)));
  testing::Child(pid).reap();
  ::close(ready[0]);
  ::close(ready[1]);
}

BOOST_FIXTURE_TEST_CASE(who_waited_for_a_container_that_went_away_learns_it, TempStore) {
  add("web1");
  int ready[2];
  BOOST_REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) {  // holds the lock and removes the container
    StateDir held = store.open("web1", Lock::kExclusive).value();
    (void)!::write(ready[1], "", 1);
    ::poll(nullptr, 0, 50);
    (void)held.remove();
    ::_exit(0);
  }
  char go = 0;
  (void)!::read(ready[0], &go, 1);
  const Result<StateDir> opened = store.open("web1", Lock::kExclusive, seconds(10));
  BOOST_TEST(error_of(opened) == "container \"web1\" does not exist");
  testing::Child(pid).reap();
  ::close(ready[0]);
  ::close(ready[1]);
}

BOOST_FIXTURE_TEST_CASE(a_lock_that_was_given_back_can_be_taken_again, TempStore) {
  add("web1");
  StateDir one = store.open("web1", Lock::kExclusive).value();
  one.unlock();
  {
    const Result<StateDir> other = store.open("web1", Lock::kExclusive);
    BOOST_REQUIRE(other);
    const Result<bool> busy = one.lock_again({});
    BOOST_REQUIRE(!busy);
    BOOST_TEST((busy.error().kind() == ErrorKind::kBusy));
  }
  BOOST_TEST(one.lock_again({}).value());
  BOOST_TEST((error_of(store.open("web1", Lock::kExclusive)) != ""));
  one.unlock();
  BOOST_TEST(!!store.open("web1", Lock::kExclusive).value().remove());
  add("web1");  // of the same name, and another
  BOOST_TEST(!one.lock_again({}).value());
}

BOOST_AUTO_TEST_CASE(a_holder_is_found_by_device_and_inode) {
  constexpr char kLocks[] =
      "1: POSIX  ADVISORY  WRITE 10 00:1a:77 0 EOF\n"
      "2: FLOCK  ADVISORY  WRITE 11 fe:00:77 0 EOF\n"
      "3: FLOCK  ADVISORY  WRITE 12 00:1a:77 0 EOF\n"
      "4: FLOCK  ADVISORY  WRITE 0 00:1a:78 0 EOF\n"
      "broken line\n5:\n6: FLOCK\n7: FLOCK ADVISORY READ 3 ::";
  BOOST_TEST(lock_holder(kLocks, makedev(0, 0x1a), 77) == 12);
  BOOST_TEST(lock_holder(kLocks, makedev(0xfe, 0), 77) == 11);
  BOOST_TEST(lock_holder(kLocks, makedev(0, 0x1a), 78) == 0);
  BOOST_TEST(lock_holder(kLocks, makedev(0, 0x1a), 79) == 0);
  BOOST_TEST(lock_holder("", 0, 0) == 0);
}

BOOST_FIXTURE_TEST_CASE(removing_is_idempotent, TempStore) {
  add("web1");
  StateDir one = store.open("web1", Lock::kNone).value();
  StateDir two = store.open("web1", Lock::kNone).value();
  BOOST_TEST(!!one.remove());
  BOOST_TEST(!!two.remove());
  BOOST_TEST(!exists("web1"));
}

BOOST_FIXTURE_TEST_CASE(a_bad_entry_spoils_nobody_elses_row, TempStore) {
  add("b");
  add("a");
  add("corrupt");
  dir.write("deep/root/corrupt/record.json", "{\"id\":\"corr");
  { store.reserve("half").value().keep(); }
  const StateDir in_progress = store.reserve("just-now").value();
  dir.write("deep/root/stray-file", "");
  dir.make_dir("deep/root/not an id");

  const Result<std::vector<Listed>> rows = store.list();
  BOOST_REQUIRE(rows);
  std::vector<std::string> ids;
  for (const Listed& row : rows.value())
    ids.push_back(row.id + (row.record ? "" : " bad"));
  const std::vector<std::string> expected = {"a", "b", "corrupt bad", "half bad"};
  BOOST_TEST(ids == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_given_root_that_is_missing_is_an_error_and_the_default_one_is_empty) {
  const Store store = Store::open("/nonexistent/oci-rt").value();
  BOOST_TEST(error_of(store.list()) == "--root: directory '/nonexistent/oci-rt' does not exist");
  BOOST_TEST(error_of(store.open("x", Lock::kNone)) == "container \"x\" does not exist");
  const Store by_default = Store::open("/nonexistent/oci-rt", true).value();
  BOOST_TEST(by_default.list().value().empty());
}

struct Statuses : TempStore {
  ContainerStatus status(const Record& record) const {
    return status_of(record, store.open("web1", Lock::kNone).value().fd());
  }
  Record load() const { return store.open("web1", Lock::kNone).value().load().value(); }
};

BOOST_FIXTURE_TEST_CASE(a_container_is_created_while_init_holds_the_gate, Statuses) {
  const testing::Child init;
  add("web1", init.pid());
  BOOST_TEST((status(load()) == ContainerStatus::kRunning));

  const std::string gate = store.root() + "/web1/" + kGateFile;
  BOOST_REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
  BOOST_TEST((status(load()) == ContainerStatus::kRunning));
  const int held = ::open(gate.c_str(), O_RDWR | O_CLOEXEC);
  BOOST_TEST((status(load()) == ContainerStatus::kCreated));
  ::close(held);
  BOOST_TEST((status(load()) == ContainerStatus::kRunning));
}

BOOST_FIXTURE_TEST_CASE(a_container_without_its_init_is_stopped, Statuses) {
  testing::Child init;
  add("web1", init.pid());
  const Record record = load();
  BOOST_TEST(init_alive(record));

  Record stranger = record;
  ++stranger.start_time;
  BOOST_TEST((status(stranger) == ContainerStatus::kStopped));
  Record rebooted = record;
  rebooted.boot_id = "00000000-0000-0000-0000-000000000000";
  BOOST_TEST((status(rebooted) == ContainerStatus::kStopped));

  ::kill(init.pid(), SIGKILL);
  siginfo_t info = {};
  ::waitid(P_PID, static_cast<id_t>(init.pid()), &info, WEXITED | WNOWAIT);
  BOOST_TEST((status(record) == ContainerStatus::kStopped));  // not reaped yet
  init.reap();
  BOOST_TEST((status(record) == ContainerStatus::kStopped));
}

// A failed read proves nothing: a live process taken for ended would never be killed.
BOOST_FIXTURE_TEST_CASE(who_cannot_be_looked_at_is_alive, Statuses) {
  const testing::Child init;
  add("web1", init.pid());
  const Record record = load();
  rlimit before = {};
  BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none = {0, before.rlim_max};
  BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const bool alive = init_alive(record);
  ::setrlimit(RLIMIT_NOFILE, &before);
  BOOST_TEST(alive);
}

BOOST_FIXTURE_TEST_CASE(what_is_another_users_is_not_believed, Statuses) {
  if (::geteuid() != 0) return;  // only root can give a directory away
  add("web1");
  BOOST_REQUIRE(::chown((store.root() + "/web1").c_str(), 1, 1) == 0);
  const auto opened = store.open("web1", Lock::kNone);
  BOOST_REQUIRE(!opened);
  BOOST_TEST(opened.error().message().find("belongs to uid 1") != std::string::npos);
  BOOST_TEST(!store.reserve("web1"));
}

BOOST_FIXTURE_TEST_CASE(a_creation_goes_on_while_its_creator_lives, Statuses) {
  add("web1");
  testing::Child creator;
  Record record = load();
  record.phase = Phase::kCreating;
  record.runtime_pid = creator.pid();
  record.runtime_start_time = sys::read_process_stat(creator.pid()).value().start_time;
  BOOST_TEST((status(record) == ContainerStatus::kCreating));
  ::kill(creator.pid(), SIGKILL);
  creator.reap();
  BOOST_TEST((status(record) == ContainerStatus::kStopped));
}

}  // namespace
}  // namespace oci::state
