// When an engine is restarted, with a script in place of systemctl.
#include "runtime/install/reload.h"

#include <sys/stat.h>
#include <time.h>

#include <cstdint>

#include "runtime/install/test_files.h"
#include "runtime/testing/temp_dir.h"

namespace oci::install {
namespace {

int64_t now_monotonic() {
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

struct Systemctl {
  testing::TempDir dir;
  HostEnvironment from;

  Systemctl() {
    dir.make_dir("bin");
    dir.write("config", "");
    from.path = dir.path("bin") + ":/usr/bin:/bin";
    dir.write("bin/systemctl",
              cat("#!/bin/sh\n[ \"$SYSTEMD_IGNORE_CHROOT\" = 1 ] || exit 9\necho \"$@\" >>",
                  dir.path("calls"), "\n[ \"$1\" != show ] || exec cat ", dir.path("units"),
                  "\n[ ! -e ", dir.path("broken"), " ] || { echo it is broken; exit 1; }\n"));
    BOOST_REQUIRE(::chmod(dir.path("bin/systemctl").c_str(), 0755) == 0);
  }

  void unit(const std::string& name, const std::string& state, const std::string& kill_mode,
            int64_t since) const {
    dir.write("units", cat(dir.exists("units") ? dir.read("units") + "\n" : "",
                           "KillMode=", kill_mode, "\nInactiveExitTimestampMonotonic=", since,
                           "\nStateChangeTimestampMonotonic=", since, "\nId=", name,
                           "\nActiveState=", state, "\n"));
  }
  Loaded load(Engine engine, bool removed = false) const {
    dir.write("calls", "");
    return load_configuration({.engine = engine, .file = dir.path("config"), .removed = removed},
                              from);
  }
  std::string acts() const {
    const std::string calls = dir.read("calls");
    return calls.substr(calls.find('\n') + 1);
  }
};

BOOST_FIXTURE_TEST_SUITE(reload, Systemctl)

BOOST_AUTO_TEST_CASE(a_unit_that_keeps_its_pods_is_restarted) {
  for (const char* mode : {"process", "none"}) {
    dir.write("units", "");
    unit("containerd.service", "active", mode, 1);
    const Loaded loaded = load(Engine::kContainerd);
    BOOST_TEST(bool(loaded.status));
    BOOST_TEST(loaded.report == "done: systemctl restart containerd.service\n");
    BOOST_TEST(acts() == "restart containerd.service\n");
  }
}

BOOST_AUTO_TEST_CASE(another_kill_mode_is_left_alone) {
  for (const char* mode : {"control-group", "mixed", ""}) {
    dir.write("units", "");
    unit("containerd.service", "active", mode, 1);
    const Loaded loaded = load(Engine::kContainerd);
    BOOST_TEST(error_of(loaded.status) ==
               cat("containerd.service was not restarted: its KillMode '", mode,
                   "' may end the pods; drain the node, then `systemctl restart "
                   "containerd.service`"));
    BOOST_TEST(!loaded.failed);
    BOOST_TEST(acts().empty());
  }
  // A reload kills no process.
  dir.write("units", "");
  unit("crio.service", "active", "control-group", 1);
  BOOST_TEST(load(Engine::kCrio).report == "done: systemctl reload crio.service\n");
}

BOOST_AUTO_TEST_CASE(the_active_unit_of_several_is_meant) {
  unit("k3s.service", "inactive", "process", 0);
  const std::string none = error_of(load(Engine::kK3s).status);
  BOOST_TEST(none ==
             "no unit of the engine is active (k3s.service); start it, which loads the new "
             "configuration");
  unit("k3s-agent.service", "active", "process", 1);
  BOOST_TEST(load(Engine::kK3s).report == "done: systemctl restart k3s-agent.service\n");
}

BOOST_AUTO_TEST_CASE(one_that_started_since_is_not_restarted) {
  unit("rke2-server.service", "active", "control-group", now_monotonic() + 1'000'000);
  const Loaded loaded = load(Engine::kRke2);
  BOOST_TEST(bool(loaded.status));
  BOOST_TEST(loaded.report == "rke2-server.service has loaded it\n");
  BOOST_TEST(acts().empty());
  // `uninstall` has removed the file, so there is none to compare with.
  BOOST_TEST(!load(Engine::kRke2, true).status);
}

BOOST_AUTO_TEST_CASE(a_restart_that_fails_is_told_apart) {
  unit("containerd.service", "active", "process", 1);
  dir.write("broken", "");
  const Loaded loaded = load(Engine::kContainerd);
  BOOST_TEST(error_of(loaded.status) == "systemctl restart: it is broken");
  BOOST_TEST(loaded.failed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::install
