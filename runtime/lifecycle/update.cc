// `update`: changes the limits of a container.
#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/update.h"
#include "runtime/cgroup/v2_writes.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/members.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/limits/cgroup_limits.h"
#include "runtime/resctrl/group.h"
#include "runtime/resctrl/schemata.h"
#include "runtime/sys/file.h"
#include "spec/load_config.h"
#include "spec/validate/validate.h"

namespace oci::lifecycle {
namespace {

constexpr size_t kResourcesLimit = size_t{16} << 20;

Result<spec::Resources> read_resources(const std::string& path) {
  const bool from_stdin = path == "-";
  Result<std::string> text = from_stdin
                                 ? sys::read_all(STDIN_FILENO, "standard input", kResourcesLimit)
                                 : sys::read_file_at(AT_FDCWD, path, kResourcesLimit);
  if (!text && text.error().sys_errno() == ENOENT) {
    return Error(ErrorKind::kUsage, cat("--resources: there is no '", path, "'"));
  }
  const std::string document = OCI_TRY(std::move(text));
  return spec::load_resources(document, from_stdin ? "standard input" : path);
}

// New schemata of the container's class of service: reverted unless keep() is called.
class NewSchemata {
 public:
  NewSchemata() = default;
  NewSchemata(const NewSchemata&) = delete;
  NewSchemata& operator=(const NewSchemata&) = delete;
  ~NewSchemata() {
    if (tree_) (void)resctrl::change(*tree_, group_, before_);
  }

  Status write(const UpdateOptions& options, const state::Record& record) {
    spec::IntelRdt wanted;
    if (!options.l3_cache_schema.empty()) wanted.l3_cache_schema = options.l3_cache_schema;
    if (!options.mem_bw_schema.empty()) wanted.mem_bw_schema = options.mem_bw_schema;
    const std::string schemata = resctrl::schemata_of(wanted);
    if (schemata.empty()) return {};
    // A class named by closID may be shared with others.
    if (record.rdt_group.empty()) {
      return Error(ErrorKind::kUnsupported,
                   cat(wanted.l3_cache_schema ? "--l3-cache-schema" : "--mem-bw-schema",
                       ": the container has no class of service of its own; see linux.intelRdt"));
    }
    resctrl::Tree tree = OCI_TRY(resctrl::open_tree());
    before_ = OCI_TRY(resctrl::change(tree, record.rdt_group, schemata));
    group_ = record.rdt_group;
    tree_ = std::move(tree);
    return {};
  }

  void keep() { tree_.reset(); }

 private:
  std::optional<resctrl::Tree> tree_;
  std::string group_, before_;
};

}  // namespace

Status update(const Context& context, const UpdateOptions& options) {
  spec::Resources resources = options.resources;
  if (!options.resources_file.empty()) resources = OCI_TRY(read_resources(options.resources_file));
  const Container container = OCI_TRY(open_container(context, options.id, state::Lock::kExclusive));
  OCI_TRY(check_transition(Verb::kUpdate, container.status, options.id));
  const std::string& path = container.record.cgroup_path;
  if (path.empty()) {
    return Error(ErrorKind::kUnsupported,
                 cat("container \"", options.id,
                     "\": has no cgroup, so no limit can be changed; create it with a cgroup"));
  }
  if (OCI_TRY(has_left_its_cgroup(container.record, container.status))) {
    return init_moved_error(container.record, "change its limits");
  }
  if (container.record.check_before_update && resources.memory &&
      !resources.memory->check_before_update) {
    resources.memory->check_before_update = true;
  }
  NewSchemata schemata;
  OCI_TRY(schemata.write(options, container.record));
  const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
  OCI_TRY(cgroup::complete(layout, path, resources));
  OCI_TRY(spec::validate_completed(resources));
  const cgroup::Writes writes = OCI_TRY(cgroup::v2_writes(resources));
  OCI_TRY(limits::change(layout, container.record, writes.all()));
  schemata.keep();
  return {};
}

}  // namespace oci::lifecycle
