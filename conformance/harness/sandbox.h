// What a case works with: the runtime under test, a directory of its own, and bundles in it.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/harness/bundle.h"
#include "conformance/harness/command.h"
#include "conformance/harness/facts.h"

namespace oci::conformance {

// The binary under test and its dialect.
struct Runtime {
  std::string name;  // "runc": names its known/ file
  std::string path;
  std::vector<std::string> words;  // global options that always stand after the binary
  std::string version;             // the first line of --version
  bool json_paths = false;         // refusals must name the property by its full path
};

// What create, run and their like are given besides the bundle.
using Words = std::vector<std::string>;

class Sandbox {
 public:
  Sandbox(const Runtime& runtime, std::string directory, std::string id, Template parts);

  // A container id that nothing else on the machine uses. It is part of every name that this case
  // makes outside its directory, so that what it leaves behind is found.
  const std::string& id() const { return id_; }
  const std::string& directory() const { return directory_; }
  std::string path(std::string_view name) const;
  std::string state_root() const { return path("state"); }
  const Runtime& runtime() const { return runtime_; }
  const Template& parts() const { return parts_; }

  Bundle bundle(const std::string& name = "bundle");

  // A global option of the runtime for every call of this case: "--systemd-cgroup".
  void always(const std::string& option) { runtime_.words.push_back(option); }

  // RUNTIME [words] --root STATE arguments…
  Spawn invocation(const Words& arguments) const;
  Outcome call(const Words& arguments);
  Outcome call(Spawn spawn);

  // `run`, in the foreground. What the container prints is in the outcome.
  Outcome run(Bundle& bundle, const Words& options = {});
  // `run` that must exit 0, of a bundle whose program prints facts (the default).
  Facts facts(Bundle& bundle, const Words& options = {});
  // `run` that must exit 0, of a shell script; returns what it printed.
  std::string output(Bundle& bundle, const std::string& script);

  Outcome try_create(Bundle& bundle, const Words& options = {});
  void create(Bundle& bundle, const Words& options = {});  // must exit 0
  void start();                                            // must exit 0
  void create_and_start(Bundle& bundle, const Words& options = {});
  void kill(const std::string& signal);  // must exit 0
  void remove();                         // delete, must exit 0
  void remove_forced();                  // delete --force, must exit 0
  void stop_and_remove();                // kill -9, until stopped, delete

  json::Document state();
  std::string status();
  pid_t init_pid();
  int wait_stopped();                   // the exit code of the container's process
  std::string said();                   // what the container printed since create
  std::string said(size_t want_lines);  // waits until there are so many lines

  // Runs whatever this case may have left. Called by the harness after the leak check.
  void clean_up();
  // Containers that were made and not deleted yet, by what the calls returned.
  const std::set<std::string>& alive() const { return alive_; }

 private:
  void note(const Words& argv, const Outcome& outcome);

  Runtime runtime_;
  std::string directory_, id_;
  Template parts_;
  std::set<std::string> alive_;
  std::string container_out_;
  pid_t pid_ = 0;
  std::optional<int> exit_code_;
};

// What a config mistake must lead to.
struct Mistake {
  std::string path;  // "linux.namespaces[0].type": what oci-rt has to say
  Words any_of;      // what any runtime has to say: one of these, whatever the case of letters
};

// The bundle must run as it is (the control). With `spoil` done to it, create must exit non-zero,
// name the property, and leave nothing behind; the program must not have run. Returns its message.
std::string expect_refusal(Sandbox& sandbox, Bundle& bundle, const Mistake& mistake,
                           const std::function<void(Bundle&)>& spoil);

}  // namespace oci::conformance
