// A delegated subtree of cgroups for the unprivileged user (cgroups(7)).
#pragma once

#include "conformance/cases/command_line/rootless_user.h"

namespace oci::conformance {

// A cgroup owned by the user, with a child to start from and a controller for limits.
class Delegated {
 public:
  explicit Delegated(Sandbox& sandbox) {
    require_cgroup2();
    const std::string all = " " + trimmed(read_file(cgroup2_mount() + "/cgroup.controllers")) + " ";
    for (const char* name : {"pids", "hugetlb"}) {
      if (controller_.empty() && all.find(" " + std::string(name) + " ") != all.npos)
        controller_ = name;
    }
    if (controller_.empty()) throw Skipped("the cgroup v2 tree has neither pids nor hugetlb");
    top_ = cgroup2_mount() + "/" + sandbox.id() + "-d";
    enable(cgroup2_mount());
    for (const std::string& path : {top_, start()}) {
      if (::mkdir(path.c_str(), 0755) != 0) throw Skipped("no cgroup can be made");
      for (const char* file : {"", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"})
        give(path + file);
      if (path == top_) enable(path);
    }
  }
  Delegated(const Delegated&) = delete;
  Delegated& operator=(const Delegated&) = delete;
  ~Delegated() {
    eventually([&] {
      for (const std::string& path : {start() + "/oci-rt.caller", start(), top_})
        ::rmdir(path.c_str());
      return !exists(top_);
    });
  }

  std::string top() const { return top_.substr(cgroup2_mount().size()); }
  std::string start() const { return top_ + "/start"; }
  Bundle& limit(Bundle& bundle) const {
    if (controller_ == "pids") return bundle.set("/linux/resources/pids/limit", 77);
    return bundle.set_json("/linux/resources/hugepageLimits",
                           R"([{"pageSize": "2MB", "limit": 4194304}])");
  }
  void expect_limited(const std::string& cgroup) const {
    const bool pids = controller_ == "pids";
    const std::string file = pids ? "/pids.max" : "/hugetlb.2MB.max";
    expect_equal("limit", trimmed(read_file(cgroup2_mount() + cgroup + file)),
                 pids ? "77" : "4194304");
  }
  // Runs `spawn` from inside start().
  Spawn from_inside(Spawn spawn) const {
    Words argv = {"/bin/sh", "-c", "echo $$ > " + start() + "/cgroup.procs && exec \"$@\"", "sh"};
    argv.insert(argv.end(), spawn.argv.begin(), spawn.argv.end());
    spawn.argv = argv;
    return spawn;
  }

 private:
  void enable(const std::string& path) const {
    write_file(path + "/cgroup.subtree_control", "+" + controller_);
  }
  std::string top_, controller_;
};

inline std::string cgroup_of_init(const std::string& pid_file) {
  const std::string pid = trimmed(read_file(pid_file));
  for (const std::string& line : lines(read_file("/proc/" + pid + "/cgroup"))) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return "";
}

}  // namespace oci::conformance
