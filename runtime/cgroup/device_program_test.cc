#include "runtime/cgroup/device_program.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <random>

#include "runtime/cgroup/testing/device_machine.h"
#include "runtime/sys/unique_fd.h"
#include "runtime/testing/requires.h"
#include "third_party/boost_test.h"

namespace oci::cgroup {
namespace {

using spec::DeviceRule;
using spec::DeviceType;

constexpr uint32_t kRead = BPF_DEVCG_ACC_READ;
constexpr uint32_t kWrite = BPF_DEVCG_ACC_WRITE;
constexpr uint32_t kMknod = BPF_DEVCG_ACC_MKNOD;

std::vector<DeviceRule> random_rules(std::mt19937& random) {
  constexpr DeviceType kTypes[] = {DeviceType::kAll, DeviceType::kChar, DeviceType::kBlock};
  const char* const accesses[] = {"rwm", "rwm", "r", "w", "m", "rw", "wm"};
  const auto number = [&]() -> std::optional<int64_t> {
    constexpr int64_t kNumbers[] = {1, 5, 136, 0xffffffff, -1};
    if (random() % 3 == 0) return std::nullopt;
    return kNumbers[random() % std::size(kNumbers)];
  };
  std::vector<DeviceRule> rules(1 + random() % 8);
  for (DeviceRule& rule : rules) {
    rule = {random() % 2 == 0, kTypes[random() % 3], number(), number(),
            accesses[random() % std::size(accesses)]};
  }
  return rules;
}

std::vector<DeviceRule> with_defaults(std::vector<DeviceRule> rules) {
  const auto defaults = default_device_rules();
  rules.insert(rules.end(), defaults.begin(), defaults.end());
  return rules;
}

// A typical list of engines: deny all, allow one device.
std::vector<DeviceRule> typical() {
  return with_defaults(
      {{false, DeviceType::kAll, {}, {}, "rwm"}, {true, DeviceType::kChar, 10, 229, "rwm"}});
}

bool allows(const std::vector<DeviceRule>& rules, const bpf_cgroup_dev_ctx& context) {
  const auto verdict = run_device_program(device_program(rules), context);
  BOOST_REQUIRE(verdict.has_value());
  return *verdict;
}

BOOST_AUTO_TEST_SUITE(device_rules)

BOOST_AUTO_TEST_CASE(only_rules_that_deny_nothing_allow_all) {
  const spec::DeviceRule all{.allow = true, .type = spec::DeviceType::kAll, .access = "rwm"};
  spec::DeviceRule none = all;
  none.allow = false;
  spec::DeviceRule disk = none;
  disk.type = spec::DeviceType::kBlock;
  spec::DeviceRule reading = all;
  reading.access = "r";
  using Rules = std::vector<spec::DeviceRule>;
  BOOST_TEST(allows_all_devices(Rules{all}));
  BOOST_TEST(allows_all_devices(Rules{none, disk, all}));
  BOOST_TEST(!allows_all_devices(Rules{}));
  BOOST_TEST(!allows_all_devices(Rules{none}));
  BOOST_TEST(!allows_all_devices(Rules{all, disk}));
  BOOST_TEST(!allows_all_devices(Rules{reading}));
}

BOOST_AUTO_TEST_CASE(no_rules_need_no_program) {
  BOOST_TEST(device_program({}).empty());
}

BOOST_AUTO_TEST_CASE(each_access_is_decided_by_the_last_rule_that_names_it) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    const std::vector<DeviceRule> rules = random_rules(random);
    const std::vector<bpf_insn> program = device_program(rules);
    for (const DeviceType type : {DeviceType::kChar, DeviceType::kBlock}) {
      for (const uint32_t major : {1U, 5U, 7U, 0xffffffffU}) {
        for (const uint32_t minor : {1U, 136U, 0xffffffffU}) {
          for (uint32_t access = 1; access < 8; ++access) {
            const auto context = device_use(type, major, minor, access);
            const auto verdict = run_device_program(program, context);
            BOOST_REQUIRE(verdict.has_value());
            BOOST_REQUIRE(*verdict == plainly_allowed(rules, type, context));
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_denial_of_writing_leaves_reading) {
  const std::vector<DeviceRule> rules = {{true, DeviceType::kChar, 1, 3, "rwm"},
                                         {false, DeviceType::kChar, 1, 3, "w"}};
  BOOST_TEST(allows(rules, device_use(DeviceType::kChar, 1, 3, kRead)));
  BOOST_TEST(!allows(rules, device_use(DeviceType::kChar, 1, 3, kWrite)));
  BOOST_TEST(!allows(rules, device_use(DeviceType::kChar, 1, 3, kRead | kWrite)));
}

BOOST_AUTO_TEST_CASE(two_rules_together_allow_what_neither_allows_alone) {
  const std::vector<DeviceRule> rules = {{true, DeviceType::kChar, 1, 3, "r"},
                                         {true, DeviceType::kChar, 1, {}, "w"}};
  BOOST_TEST(allows(rules, device_use(DeviceType::kChar, 1, 3, kRead | kWrite)));
  BOOST_TEST(!allows(rules, device_use(DeviceType::kChar, 1, 4, kRead | kWrite)));
}

BOOST_AUTO_TEST_CASE(the_defaults_stay_usable_when_the_config_denies_everything) {
  const auto rules = with_defaults({{false, DeviceType::kAll, {}, {}, "rwm"}});
  for (const auto& [major, minor] :
       {std::pair{1U, 3U}, std::pair{1U, 9U}, std::pair{5U, 2U}, std::pair{136U, 17U}}) {
    BOOST_TEST(allows(rules, device_use(DeviceType::kChar, major, minor, kRead | kWrite | kMknod)));
  }
  BOOST_TEST(allows(rules, device_use(DeviceType::kBlock, 8, 0, kMknod)));
  BOOST_TEST(!allows(rules, device_use(DeviceType::kBlock, 8, 0, kRead)));
  BOOST_TEST(!allows(rules, device_use(DeviceType::kChar, 1, 1, kRead)));
}

BOOST_AUTO_TEST_CASE(programs_are_short) {
  BOOST_TEST(device_program(typical()).size() <= 23U);
  const std::vector<DeviceRule> everything = {{true, DeviceType::kAll, {}, {}, "rwm"}};
  BOOST_TEST(device_program(with_defaults(everything)).size() <= 6U);
}

BOOST_AUTO_TEST_SUITE_END()

// A unique cgroup, in a private mount of the machine's tree.
struct Place {
  Place() : path(cat("/sys/fs/cgroup/oci-rt-devices-", ::getpid())) {
    BOOST_REQUIRE(::mkdir(path.c_str(), 0755) == 0);
    fd = sys::UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    BOOST_REQUIRE(bool(fd));
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { BOOST_CHECK(::rmdir(path.c_str()) == 0); }

  std::string path;
  sys::UniqueFd fd;
};

// The errno of opening `path` inside the cgroup. 0: success.
int open_inside(int cgroup, const char* path, int flags) {
  clone_args args = {};
  args.flags = CLONE_INTO_CGROUP;
  args.exit_signal = SIGCHLD;
  args.cgroup = static_cast<uint64_t>(cgroup);
  const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
  if (pid == 0) ::_exit(::open(path, flags | O_CLOEXEC) >= 0 ? 0 : errno);
  int status = 0;
  BOOST_REQUIRE(::waitpid(pid, &status, 0) == pid);
  return WEXITSTATUS(status);
}

BOOST_AUTO_TEST_SUITE(device_programs_on_the_kernel,
                      *boost::unit_test::precondition(testing::cgroup2_view))

BOOST_AUTO_TEST_CASE(an_attached_program_denies_what_its_rules_deny) {
  const Place place;
  const std::vector<DeviceRule> rules = {{true, DeviceType::kChar, 1, 3, "rwm"},
                                         {false, DeviceType::kChar, 1, 3, "w"}};
  const Status attached = attach_device_program(place.fd.get(), device_program(rules));
  BOOST_REQUIRE_MESSAGE(!!attached, (attached ? "" : attached.error().message()));
  BOOST_TEST(open_inside(place.fd.get(), "/dev/null", O_RDONLY) == 0);
  BOOST_TEST(open_inside(place.fd.get(), "/dev/null", O_WRONLY) == EPERM);
  BOOST_TEST(open_inside(place.fd.get(), "/dev/zero", O_RDONLY) == EPERM);
}

BOOST_AUTO_TEST_CASE(what_engines_write_lets_a_container_use_its_devices) {
  const Place place;
  const Status attached = attach_device_program(place.fd.get(), device_program(typical()));
  BOOST_REQUIRE_MESSAGE(!!attached, (attached ? "" : attached.error().message()));
  for (const char* path : {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}) {
    BOOST_TEST(open_inside(place.fd.get(), path, O_RDWR) == 0, path);
  }
  BOOST_TEST(open_inside(place.fd.get(), "/dev/mem", O_RDONLY) != 0);
}

BOOST_AUTO_TEST_CASE(the_verifier_takes_whatever_rules_there_are) {
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    const Place place;
    const Status attached =
        attach_device_program(place.fd.get(), device_program(random_rules(random)));
    BOOST_REQUIRE_MESSAGE(!!attached, (attached ? "" : attached.error().message()));
  }
}

BOOST_AUTO_TEST_CASE(a_program_the_verifier_refuses_is_an_error_with_its_reason) {
  const Place place;
  const std::vector<bpf_insn> nothing_returned = {{.code = BPF_JMP | BPF_EXIT}};
  const Status attached = attach_device_program(place.fd.get(), nothing_returned);
  BOOST_REQUIRE(!attached);
  BOOST_TEST(attached.error().message().find("R0") != std::string::npos,
             attached.error().message());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::cgroup
