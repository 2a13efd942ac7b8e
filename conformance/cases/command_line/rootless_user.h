// Helpers for rootless cases: an unprivileged user as the caller of the runtime.
#pragma once

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

inline constexpr unsigned kUid = 12345;

inline void give(const std::string& path) {
  if (::lchown(path.c_str(), kUid, kUid) != 0) throw Skipped("chown does not work");
}

// Calls of the runtime by an unprivileged user with a home and a runtime directory, in this
// sandbox.
class User {
 public:
  explicit User(Sandbox& sandbox) : sandbox_(sandbox) {
    require_file("/proc/self/ns/user");
    setpriv_ = require_program("setpriv");
    make_dir(run_directory());
    for (const std::string& path : {sandbox.directory(), run_directory(), sandbox.state_root()})
      give(path);
    ::chmod(run_directory().c_str(), 0700);
  }

  std::string run_directory() const { return sandbox_.path("run"); }

  // The mapping of `spec --rootless`: root inside is the user.
  Bundle bundle(const std::string& name = "bundle") const {
    Bundle bundle = sandbox_.bundle(name);
    give(bundle.directory());
    bundle.user_namespace(kUid, 1);
    return bundle;
  }

  // Runs any program as the user.
  Spawn spawn(const Words& argv, const std::string& groups = "--clear-groups") const {
    const std::string uid = std::to_string(kUid);
    Spawn spawn;
    spawn.argv = {setpriv_, "--reuid", uid, "--regid", uid, groups};
    spawn.argv.insert(spawn.argv.end(), argv.begin(), argv.end());
    spawn.env = {"HOME=" + sandbox_.directory(), "XDG_RUNTIME_DIR=" + run_directory(),
                 "USER=ocirt"};
    spawn.cwd = sandbox_.directory();
    return spawn;
  }
  Spawn invocation(const Words& arguments) const {
    return spawn(sandbox_.invocation(arguments).argv);
  }
  Outcome call(const Words& arguments) const { return sandbox_.call(invocation(arguments)); }
  std::string good(const Words& arguments) const {
    const Outcome outcome = call(arguments);
    expect_equal(arguments[0] + " (" + trimmed(outcome.err) + ") exits with", outcome.exit_code, 0);
    return outcome.out;
  }
  // Without --root.
  Outcome bare(const Words& arguments, const std::string& runtime_directory = "-") const {
    Words argv = {sandbox_.runtime().path};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    Spawn one = spawn(argv);
    if (runtime_directory.empty()) one.unset = {"XDG_RUNTIME_DIR"};
    if (runtime_directory.size() > 1) one.env.push_back("XDG_RUNTIME_DIR=" + runtime_directory);
    return sandbox_.call(one);
  }

  Outcome run(Bundle& bundle) const {
    bundle.write();
    return call({"run", "--bundle", bundle.directory(), sandbox_.id()});
  }
  Facts facts(Bundle& bundle) const {
    const Outcome outcome = run(bundle);
    expect_equal("run (" + trimmed(outcome.err) + ") exits with", outcome.exit_code, 0);
    return Facts(outcome.out);
  }

  // Returns the pid of init.
  pid_t create(Bundle& bundle, const Words& options = {}) const {
    bundle.write();
    Words words = {"create", "--bundle", bundle.directory(), "--pid-file", sandbox_.path("pid")};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(sandbox_.id());
    good(words);
    return std::atoi(read_file(sandbox_.path("pid")).c_str());
  }

  // Like expect_refusal(), called by the user.
  void refuses(Bundle& bundle, const Mistake& mistake,
               const std::function<void(Bundle&)>& spoil) const {
    const Outcome control = run(bundle);
    expect(control.exit_code == 0,
           "the control exits " + std::to_string(control.exit_code) + ": " + trimmed(control.err));
    spoil(bundle);
    says(run(bundle), mistake);
  }
  void says(const Outcome& refused, const Mistake& mistake) const {
    expect(refused.exit_code != 0, mistake.path + " is accepted");
    if (sandbox_.runtime().json_paths) {
      expect_contains("the message", refused.err, mistake.path);
      expect_equal("lines of the message", lines(refused.err).size(), 1U);
    }
    bool named = mistake.any_of.empty();
    for (const std::string& word : mistake.any_of)
      named = named || refused.err.find(word) != refused.err.npos;
    expect(named,
           "the message '" + trimmed(refused.err) + "' has none of " + shown(mistake.any_of));
  }

 private:
  Sandbox& sandbox_;
  std::string setpriv_;
};

// Replaces files of /etc for this case alone, by bind mounts.
class Etc {
 public:
  explicit Etc(Sandbox& sandbox) : sandbox_(sandbox) {}
  Etc(const Etc&) = delete;
  Etc& operator=(const Etc&) = delete;
  ~Etc() {
    for (const std::string& path : covered_)
      ::umount2(path.c_str(), MNT_DETACH);
  }
  void put(const std::string& name, const std::string& content) {
    write_file(sandbox_.path(name), content);
    cover("/etc/" + name, sandbox_.path(name));
  }
  void cover(const std::string& path, const std::string& with) {
    require_file(path);
    if (::mount(with.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      throw Skipped("no bind mount to be had over " + path);
    }
    covered_.push_back(path);
  }
  // 12345 is "ocirt", with subordinate ids 300000 to 365535.
  void grant_ids() {
    require_program("newuidmap");
    put("passwd", read_file("/etc/passwd") + "ocirt:x:12345:12345::/:/bin/sh\n");
    put("subuid", "nobody:1:1\nocirt:300000:65536\n");
    put("subgid", "ocirt:300000:65536\n");
  }

 private:
  Sandbox& sandbox_;
  std::vector<std::string> covered_;
};

inline Bundle& map_ranges(Bundle& bundle, const std::string& first = "300000") {
  const std::string maps = R"([{"containerID": 0, "hostID": 12345, "size": 1},
                               {"containerID": 1, "hostID": )" +
                           first + R"(, "size": 65536}])";
  return bundle.set_json("/linux/uidMappings", maps).set_json("/linux/gidMappings", maps);
}

}  // namespace oci::conformance
