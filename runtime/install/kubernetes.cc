#include "runtime/install/kubernetes.h"

#include <sys/wait.h>

#include "runtime/install/engines.h"
#include "runtime/install/files.h"
#include "runtime/install/host_tree.h"
#include "runtime/install/node.h"
#include "runtime/install/reload.h"
#include "runtime/install/verify.h"
#include "runtime/sys/program.h"
#include "runtime/sys/spawn.h"

namespace oci::install {
namespace {

constexpr Engine kNodeEngines[] = {Engine::kContainerd, Engine::kK3s, Engine::kRke2, Engine::kCrio};

// Read by node-feature-discovery, which makes a label of the node of it. A label by the API would
// need a token that may change every node.
constexpr char kFeatureFile[] = "/etc/kubernetes/node-feature-discovery/features.d/oci-rt";
constexpr std::string_view kFeature =
    "# oci-rt install: removed by `oci-rt uninstall kubernetes`\n"
    "feature.node.kubernetes.io/oci-rt=true\n";

Result<Engine> chosen_engine(const std::string& name) {
  if (name.empty()) return node_engine();
  std::string names;
  for (const Engine engine : kNodeEngines) {
    if (row_of(engine).name == name) return engine;
    names += cat(names.empty() ? "" : ", ", row_of(engine).name);
  }
  return Error(ErrorKind::kUsage,
               cat("option --engine: expected one of ", names, ", found '", name, "'"));
}

// On a node of systemd the engine uses its cgroup driver, as a rule, and oci-rt-systemd is the one
// program with shared libraries: those of the node.
Status check_systemd_program(const HostEnvironment& from) {
  const std::string program = cat(kProgramDirectory, "/oci-rt-systemd");
  if (!from.systemd || !sys::is_program(program)) return {};
  const Result<sys::Finished> ran =
      sys::run_program({.path = program, .argv = {program}, .cwd = "/", .timeout_seconds = 20});
  // Without a request it says so, and exits with 2.
  if (ran && WIFEXITED(ran.value().wait_status) && WEXITSTATUS(ran.value().wait_status) == 2)
    return {};
  return Error(ErrorKind::kUnsupported,
               cat(program, " does not run here: ",
                   ran ? last_line(ran.value().output) : ran.error().message(),
                   "; put oci-rt on the node as a package of its distribution, and give --path"));
}

// Puts the programs into the tree, and removes them again after a failure.
class Programs {
 public:
  Programs() = default;
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;
  ~Programs() {
    if (made_) (void)remove_programs();
  }

  Result<std::string> place(const std::vector<Program>& programs) {
    const bool before = sys::is_program(path());
    const Result<bool> copied = copy_programs(programs);
    made_ = !before;
    if (!copied) {
      made_ = made_ && copied.error().kind() != ErrorKind::kExists;
      return copied.error();
    }
    OCI_TRY(check_systemd_program(read_host_environment()));
    return cat(copied.value() ? "copied the programs to " : "the programs are in ",
               kProgramDirectory, "\n");
  }
  void keep() { made_ = false; }

  static std::string path() { return cat(kProgramDirectory, "/oci-rt"); }

 private:
  bool made_ = false;
};

Status check_node(const NodeRequest& node) {
  if (!node.request.etc.empty()) {
    return Error(ErrorKind::kUsage,
                 "option --etc: kubernetes takes the directories of the node; name the engine "
                 "instead of kubernetes, or give --host-root DIR");
  }
  if (!node.host_root.empty() && node.host_root.front() != '/') {
    return Error(ErrorKind::kUsage,
                 cat("option --host-root: '", node.host_root, "' must begin with '/'"));
  }
  return {};
}

Result<std::string> file_of(Engine engine) {
  const Place place = OCI_TRY(row_of(engine).place("", read_host_environment()));
  return place.file;
}

// Takes an installation back that the engine cannot load.
Error restore(const Request& request, Error problem) {
  const Result<std::string> removed = uninstall(request);
  if (!removed) return std::move(problem).during(removed.error().message());
  const Loaded again =
      load_configuration({.engine = request.engine, .removed = true}, read_host_environment());
  if (!again.status) return std::move(problem).during(again.status.error().message());
  return std::move(problem).during("the configuration is as it was");
}

Result<std::string> load(const Request& request) {
  const Loaded loaded =
      load_configuration({.engine = request.engine, .file = OCI_TRY(file_of(request.engine))},
                         read_host_environment());
  if (loaded.failed) return restore(request, loaded.status.error());
  if (!loaded.status) return Error(loaded.status.error()).during("installed, but not loaded");
  const Text feature = OCI_TRY(read_config_file(kFeatureFile));
  OCI_TRY(change_file(kFeatureFile, feature, Text(kFeature)));
  return loaded.report;
}

// Enters the tree. Returns the request for the engine.
Result<Request> prepare(const NodeRequest& node) {
  if (!node.host_root.empty()) OCI_TRY(enter_tree(node.host_root));
  Request request = node.request;
  request.engine = OCI_TRY(chosen_engine(node.engine));
  request.loaded = node.restart;
  request.copied = !node.host_root.empty() && request.path.empty();
  if (request.copied) request.path = Programs::path();
  return request;
}

Result<std::string> remove_from_node(const Request& request, bool restart) {
  const std::string file = OCI_TRY(file_of(request.engine));
  const Text feature = OCI_TRY(read_config_file(kFeatureFile));
  if (feature == Text(kFeature)) OCI_TRY(change_file(kFeatureFile, feature, Text()));
  const Text before = OCI_TRY(read_config_file(file));
  std::string report = OCI_TRY(uninstall(request));
  const bool changed = OCI_TRY(read_config_file(file)) != before;
  if (changed) OCI_TRY(mark_removal());
  const std::string mark = OCI_TRY(removal_mark());
  if (restart && (changed || !mark.empty())) {
    const Loaded loaded = load_configuration(
        {.engine = request.engine, .file = mark, .removed = mark.empty()}, read_host_environment());
    if (!loaded.status) return Error(loaded.status.error()).during("removed, but not loaded");
    report += loaded.report;
  }
  if (request.copied && OCI_TRY(remove_programs()))
    report += cat("removed the programs in ", kProgramDirectory, "\n");
  return report;
}

}  // namespace

Result<std::string> install_on_node(const NodeRequest& node) {
  OCI_TRY(check_node(node));
  std::vector<Program> programs;
  if (!node.host_root.empty() && node.request.path.empty())
    programs = OCI_TRY(open_programs(node.request.runtime));
  const Request request = OCI_TRY(prepare(node));
  Programs placed;
  std::string report;
  if (!programs.empty() && !request.dry_run) report = OCI_TRY(placed.place(programs));
  report += OCI_TRY(install(request));
  placed.keep();
  if (node.restart && !request.dry_run) report += OCI_TRY(load(request));
  return report;
}

Result<std::string> uninstall_on_node(const NodeRequest& node) {
  OCI_TRY(check_node(node));
  const Request request = OCI_TRY(prepare(node));
  if (request.dry_run) return uninstall(request);
  const size_t left = request.copied ? containers_left() : 0;
  if (left > 0) {
    return Error(ErrorKind::kBusy, cat(left, " containers of oci-rt need the programs in ",
                                       kProgramDirectory, "; delete their pods first"));
  }
  return remove_from_node(request, node.restart);
}

}  // namespace oci::install
