// Helpers for cases about --systemd-cgroup: a container in a scope of systemd.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "conformance/cases/config_linux/cgroup_case.h"
#include "conformance/harness/command.h"

namespace oci::conformance {

// Access to the machine's systemd, which the private /run of the case hides.
class Systemd {
 public:
  explicit Systemd(Sandbox& sandbox) : sandbox_(sandbox) {
    require_systemd();
    require_cgroup2();
    for (const std::string name : {"systemd", "dbus"}) {
      const std::string host = "/proc/1/root/run/" + name, here = "/run/" + name;
      expect(::symlink(host.c_str(), here.c_str()) == 0, here + " cannot be made");
    }
    sandbox.always("--systemd-cgroup");
  }
  ~Systemd() {
    ::unlink("/run/systemd");
    ::unlink("/run/dbus");
  }
  Systemd(const Systemd&) = delete;
  Systemd& operator=(const Systemd&) = delete;

  // "oci-ID.scope", the unit for `slice:oci:ID`.
  std::string unit() const { return "oci-" + sandbox_.id() + ".scope"; }

  Bundle bundle(const std::string& name = "bundle") {
    Bundle made = sandbox_.bundle(name);
    made.set("/linux/cgroupsPath", "machine.slice:oci:" + sandbox_.id())
        .args({"/bin/probe", "sleep"});
    return made;
  }

  std::string call(std::vector<std::string> words) {
    words.insert(words.begin(), require_program("systemctl"));
    const Outcome outcome =
        run_command({.argv = std::move(words), .seconds = 25}, sandbox_.directory());
    expect_equal("exit code of systemctl (" + outcome.err + ")", outcome.exit_code, 0);
    return trimmed(outcome.out);
  }
  std::string property(const std::string& name) {
    return call({"show", "--value", "--property", name, unit()});
  }
  void reload() { call({"daemon-reload"}); }

  // systemd unloads a unit a moment after its last process.
  void expect_gone() {
    expect(eventually([this] { return property("LoadState") == "not-found"; }),
           unit() + " is still there");
  }

  // The cgroup of the scope, even if the runtime puts the process below it.
  std::string directory(pid_t pid) const {
    const std::string path = cgroup_of(pid);
    const size_t at = path.find(unit());
    if (at == path.npos) throw Failed("its cgroup is '" + path + "', not below " + unit());
    return cgroup2_mount() + path.substr(0, at) + unit();
  }

 private:
  Sandbox& sandbox_;
};

}  // namespace oci::conformance
