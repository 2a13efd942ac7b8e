#include "runtime/install/install.h"

#include "runtime/install/block.h"
#include "runtime/install/diff.h"
#include "runtime/install/docker.h"
#include "runtime/install/engines.h"
#include "runtime/install/files.h"
#include "runtime/install/place.h"
#include "runtime/install/podman.h"

namespace oci::install {
namespace {

Result<Found> inspect(const EngineRow& row, const Request& request, const HostEnvironment& from) {
  if (!request.etc.empty() && request.etc.front() != '/') {
    return Error(ErrorKind::kUsage, cat("option --etc: '", request.etc, "' must begin with '/'"));
  }
  Found found{.place = OCI_TRY(row.place(request.etc, from))};
  const std::string& file = found.place.file;
  if (!request.dry_run) {
    remove_leftovers(file);
    if (!found.place.copy.empty()) remove_leftovers(found.place.copy);
  }
  found.current = OCI_TRY(read_config_file(file));
  if (found.place.copy.empty()) {
    found.stripped = OCI_TRY(without_ours(found.current, file, row.default_key));
  } else {
    found.copy = OCI_TRY(read_config_file(found.place.copy));
    found.stripped = OCI_TRY(docker_without(found.current, found.copy, file));
  }
  return found;
}

// Writes both files of docker. The copy of the original comes first, so that it exists whenever the
// main file is changed.
Status change(const Place& place, const Text& before, const Text& after, const Text& copy_before,
              const Text& copy_after) {
  if (copy_after && copy_after != copy_before) {
    // The copy takes the mode of the original: it may hold a secret, such as the password of a
    // proxy.
    OCI_TRY(change_file(place.copy, copy_before, copy_after, place.file));
  }
  OCI_TRY(change_file(place.file, before, after));
  if (!copy_after && copy_before) OCI_TRY(change_file(place.copy, copy_before, copy_after));
  return {};
}

Result<std::string> verify(const EngineRow& row, const Request& request, const Found& found,
                           const EngineSettings& settings, const HostEnvironment& from) {
  const std::string& file = found.place.file;
  const Text written = OCI_TRY(read_config_file(file));
  if (!written || !OCI_TRY(row.has(*written, file, settings))) {
    return Error(ErrorKind::kInvalidConfig, "its content is not the text that was written");
  }
  if (!request.ask_engine || row.ask == nullptr) {
    return std::string("read back, no engine was asked");
  }
  const std::string program = find_program(row.checker, from);
  if (program.empty()) return cat("read back; ", row.checker, " is not here");
  return row.ask({request, found.place, settings, from, program});
}

std::string default_dropped(const EngineRow& row) {
  return cat("note: ", kRuntimeName, " is no longer the default runtime of ", row.name,
             "; --default keeps it\n");
}

}  // namespace

Result<std::string> install(const Request& request) {
  const HostEnvironment from = read_host_environment();
  const EngineRow& row = row_of(request.engine);
  const EngineSettings settings{.path = OCI_TRY(runtime_path(request)),
                                .is_default = request.make_default || row.always_default};
  const Found found = OCI_TRY(inspect(row, request, from));
  const std::string& file = found.place.file;
  const Text wanted = OCI_TRY(row.text(found, settings, from));
  std::string notes;
  if (found.stripped.was_default && !settings.is_default) notes += default_dropped(row);
  const std::vector<NamedText> before = OCI_TRY(read_all(found.place.before));
  const std::vector<NamedText> after = OCI_TRY(read_all(found.place.after));
  for (const std::string& text : OCI_TRY(podman_hidden(before, settings)))
    notes += cat("note: ", text, "\n");
  for (const std::string& text : OCI_TRY(podman_overridden(after, settings)))
    notes += cat("note: ", text, "\n");
  if (from.systemd && request.etc.empty() && !has_systemd_program(settings.path)) {
    notes +=
        "note: oci-rt-systemd is not beside it; engines that use systemd for cgroups need it\n";
  }

  if (wanted == found.current) return cat(row.name, ": already installed in ", file, "\n", notes);
  if (request.dry_run) return unified_diff(file, found.current, wanted) + notes;

  const Text copy = found.place.copy.empty() ? Text() : Text(docker_copy(found.stripped.text));
  OCI_TRY(change(found.place, found.current, wanted, found.copy, copy));
  Result<std::string> verified = verify(row, request, found, settings, from);
  if (!verified) {
    OCI_TRY(change(found.place, wanted, found.current, copy, found.copy).during("take it back"));
    return std::move(verified).error().during(cat(row.name, ": ", file, " is as it was"));
  }
  const std::string option = settings.is_default ? "" : cat(" --runtime ", kRuntimeName);
  return cat(row.name, ": installed ", settings.path, " in ", file, " (", verified.value(), ")\n",
             notes, request.loaded ? "" : cat("next: ", row.next_step(option, from), "\n"));
}

Result<std::string> uninstall(const Request& request) {
  const HostEnvironment from = read_host_environment();
  const EngineRow& row = row_of(request.engine);
  const Found found = OCI_TRY(inspect(row, request, from));
  const std::string& file = found.place.file;
  if (!found.stripped.ours) {
    // `install` or `uninstall` was killed while there were two equal files.
    const bool equal = found.copy && *found.copy == docker_copy(found.current);
    if (equal && !request.dry_run) OCI_TRY(change_file(found.place.copy, found.copy, Text()));
    return cat(row.name, ": not installed in ", file,
               found.stripped.by_hand ? ", which has an oci-rt that was written by hand" : "",
               "\n");
  }
  if (request.dry_run) return unified_diff(file, found.current, found.stripped.text);
  OCI_TRY(change(found.place, found.current, found.stripped.text, found.copy, Text()));
  std::string text =
      cat(row.name, ": removed from ", file, found.stripped.text ? "" : ", which is gone");
  if (found.stripped.was_default) text += "; the default runtime is restored";
  text += "\n";
  if (!row.after_removal.empty() && !request.loaded)
    text += cat("next: systemctl ", row.after_removal, "\n");
  return text;
}

}  // namespace oci::install
