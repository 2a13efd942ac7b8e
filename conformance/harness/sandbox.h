// The environment of one case: the runtime under test, a private directory, and bundles in it.
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

// The binary under test and its command line.
struct Runtime {
  std::string name;  // "runc": names its known/ file
  std::string path;
  std::vector<std::string> words;  // global options for every call
  std::string version;             // the first line of --version
  bool json_paths = false;         // refusals must name the property by its full path
};

// Arguments for create, run and so on, besides the bundle.
using Words = std::vector<std::string>;

class Sandbox {
 public:
  Sandbox(const Runtime& runtime, std::string directory, std::string id, Template parts);

  // A container id that is unique on the machine. It is part of every name that this case makes
  // outside its directory, so that the leak check finds leftovers.
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

  // `run` in the foreground. The outcome includes the output of the container.
  Outcome run(Bundle& bundle, const Words& options = {});
  // `run` that must exit 0, for a bundle whose program prints facts (the default).
  Facts facts(Bundle& bundle, const Words& options = {});
  // `run` of a shell script, must exit 0. Returns its output.
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
  std::string said();                   // the container's output since create
  std::string said(size_t want_lines);  // waits until there are so many lines

  // Deletes by force the containers that this case left. The harness calls it before the leak
  // check.
  void clean_up();
  // Containers that were created and not yet deleted, judged by exit codes.
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

// The expected refusal of a mistake in a config.
struct Mistake {
  std::string path;  // "linux.namespaces[0].type": oci-rt must name it
  Words any_of;      // other runtimes must name one of these, in any letter case
};

// Runs the bundle unchanged as the control: it must succeed. After `spoil`, create must exit
// non-zero, name the property and leave nothing behind, and the program must not run. Returns its
// message.
std::string expect_refusal(Sandbox& sandbox, Bundle& bundle, const Mistake& mistake,
                           const std::function<void(Bundle&)>& spoil);

}  // namespace oci::conformance
