// Rules of mounts, masked and read-only paths, and devices.
#include "spec/validate/lexical.h"
#include "spec/validate/sample.h"

namespace oci::spec {
namespace {

using sample::check;

BOOST_AUTO_TEST_SUITE(validate_mounts)

void add(Config& config, Mount mount) {
  config.mounts = {std::move(mount)};
}

BOOST_AUTO_TEST_CASE(a_mount_is_of_a_type_or_a_bind) {
  check(
      {{"mounts[0].type: expected a filesystem, or \"bind\" or \"rbind\" in options, found neither",
        [](Config& c) { add(c, {.destination = "/a", .source = "/b"}); }},
       {"mounts[0].options: expected \"bind\" or \"rbind\" among them; the type alone has no "
        "effect",
        [](Config& c) { add(c, {.destination = "/a", .type = "bind", .source = "/b"}); }},
       {"mounts[0].source: expected the path to bind, found nothing",
        [](Config& c) { add(c, {.destination = "/a", .type = "none", .options = {"rbind"}}); }},
       {"mounts[0].destination: expected a path in the container, found \"\"",
        [](Config& c) { add(c, {.destination = "", .type = "tmpfs"}); }},
       {"",
        [](Config& c) {
          add(c, {.destination = "a", .source = "b", .options = {"rbind", "ro"}});
        }},
       {"", [](Config& c) {
          add(c, {.destination = "/", .options = {"remount", "ro"}});
        }}});
}

BOOST_AUTO_TEST_CASE(proc_holds_procfs) {
  constexpr char kOnProc[] = "mounts[0].destination: expected type proc for a mount on /proc";
  check({{kOnProc, [](Config& c) { add(c, {.destination = "/proc", .type = "tmpfs"}); }},
         {kOnProc,
          [](Config& c) {
            add(c, {.destination = "/a/..//./proc/", .source = "/x", .options = {"bind"}});
          }},
         {kOnProc, [](Config& c) { add(c, {.destination = "proc", .type = "sysfs"}); }},
         {"", [](Config& c) { add(c, {.destination = "/proc", .type = "proc"}); }},
         {"",
          [](Config& c) {
            add(c,
                {.destination = "/proc", .type = "bind", .source = "/proc", .options = {"rbind"}});
          }},
         {"", [](Config& c) { add(c, {.destination = "/procfs", .type = "tmpfs"}); }}});
}

BOOST_AUTO_TEST_CASE(only_harmless_files_of_procfs_are_mounted_over) {
  const auto bind_on = [](const char* destination) {
    Config config = sample::config();
    add(config, {.destination = destination, .source = "/x", .options = {"bind"}});
    return sample::problems(config);
  };
  BOOST_TEST(bind_on("/proc/meminfo") == "");
  BOOST_TEST(bind_on("/proc/sys/kernel/ns_last_pid") == "");
  for (const char* const path : {"/proc/self/attr", "/proc/sys", "/proc/1", "/proc/meminfo/x",
                                 "/dev/../proc/self/attr/exec", "proc/sysrq-trigger"}) {
    BOOST_TEST(bind_on(path).ends_with(
        "is inside /proc, where only files such as /proc/meminfo may be mounted over"));
  }
}

BOOST_AUTO_TEST_CASE(an_idmap_needs_ids) {
  check({{"mounts[0].options: idmap needs uidMappings and gidMappings, or a user namespace",
          [](Config& c) {
            add(c, {.destination = "/a", .source = "/b", .options = {"bind", "idmap"}});
          }},
         {"", [](Config& c) {
            sample::map_users(c);
            add(c, {.destination = "/a", .source = "/b", .options = {"bind", "ridmap"}});
          }}});
}

BOOST_AUTO_TEST_CASE(hidden_and_readonly_paths_are_absolute) {
  check({{"linux.maskedPaths[1]: expected an absolute path, found \"proc\"",
          [](Config& c) {
            c.linux->masked_paths = {"/a", "proc"};
          }},
         {"linux.readonlyPaths[0]: expected an absolute path, found \"\"",
          [](Config& c) { c.linux->readonly_paths = {""}; }}});
}

BOOST_AUTO_TEST_CASE(a_device_has_a_path_and_a_number) {
  constexpr auto kChar = DeviceType::kChar;
  constexpr auto kFifo = DeviceType::kFifo;
  check({{"linux.devices[0].path: expected an absolute path, found \"dev/a\"",
          [](Config& c) {
            c.linux->devices = {{.type = kChar, .path = "dev/a", .major = 1, .minor = 3}};
          }},
         {"linux.devices[0].minor: missing: this property is required for a device",
          [](Config& c) { c.linux->devices = {{.type = kChar, .path = "/dev/a", .major = 1}}; }},
         {"linux.devices[0].major: expected 0 to 4095, found -1\n"
          "linux.devices[0].minor: expected 0 to 1048575, found 1048576",
          [](Config& c) {
            c.linux->devices = {{.type = kChar, .path = "/dev/a", .major = -1, .minor = 1048576}};
          }},
         {"", [](Config& c) { c.linux->devices = {{.type = kFifo, .path = "/dev/a"}}; }}});
}

BOOST_AUTO_TEST_CASE(two_devices_do_not_share_a_path) {
  constexpr auto kChar = DeviceType::kChar;
  check({{"linux.devices[1].path: expected a path of its own, found that of devices[0], which is "
          "another device",
          [](Config& c) {
            c.linux->devices = {{.type = kChar, .path = "/dev/a", .major = 1, .minor = 3},
                                {.type = kChar, .path = "/dev//a", .major = 1, .minor = 5}};
          }},
         {"", [](Config& c) {
            const Device device{.type = kChar, .path = "/dev/a", .major = 1, .minor = 3};
            c.linux->devices = {device, device};
          }}});
}

BOOST_AUTO_TEST_CASE(a_clean_path_is_absolute_and_never_above_the_root) {
  BOOST_TEST(clean_path("") == "/");
  BOOST_TEST(clean_path("/") == "/");
  BOOST_TEST(clean_path("a//b/./c/") == "/a/b/c");
  BOOST_TEST(clean_path("../../a/b/../../..") == "/");
  BOOST_TEST(clean_path("/a/../b/..") == "/");
  BOOST_TEST(clean_path("/a/...") == "/a/...");
}

BOOST_AUTO_TEST_CASE(each_repetition_is_found_with_the_first_of_its_kind) {
  const int values[] = {3, 1, 3, 2, 1, 3};
  std::string found;
  for_each_repeated(
      6, [&values](size_t i) { return values[i]; },
      [&found](size_t first, size_t again) { found += cat(first, ":", again, " "); });
  BOOST_TEST(found == "1:4 0:2 0:5 ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
