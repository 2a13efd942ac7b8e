#include "runtime/install/install.h"

#include "runtime/install/block.h"
#include "runtime/install/containerd.h"
#include "runtime/install/crio.h"
#include "runtime/install/diff.h"
#include "runtime/install/docker.h"
#include "runtime/install/files.h"
#include "runtime/install/place.h"
#include "runtime/install/podman.h"
#include "runtime/install/verify.h"

namespace oci::install {
namespace {

// The files as they are, and the main one without the lines of oci-rt.
struct Found {
  Place place;
  Text current;
  Text kept;
  Stripped stripped;
};

Result<Found> inspect(const Request& request, const HostEnvironment& from) {
  Found found{.place = OCI_TRY(place_of(request.engine, request.etc, from))};
  const std::string& file = found.place.file;
  found.current = OCI_TRY(read_config_file(file));
  if (request.engine == Engine::kDocker) {
    found.kept = OCI_TRY(read_config_file(found.place.kept));
    found.stripped = OCI_TRY(docker_without(found.current, found.kept, file));
    return found;
  }
  const std::string_view key = request.engine == Engine::kPodman ? kPodmanDefaultKey
                               : request.engine == Engine::kCrio ? kCrioDefaultKey
                                                                 : kContainerdDefaultKey;
  found.stripped = OCI_TRY(without_ours(found.current, file, key));
  return found;
}

Result<std::vector<NamedText>> read_all(const std::vector<std::string>& paths) {
  std::vector<NamedText> texts;
  for (const std::string& path : paths) {
    Text text = OCI_TRY(read_config_file(path));
    if (text) texts.push_back({path, std::move(*text)});
  }
  return texts;
}

Result<std::string> wanted_text(const Request& request, const Found& found,
                                const EngineSettings& settings, const HostEnvironment& from) {
  const std::string& file = found.place.file;
  switch (request.engine) {
    case Engine::kPodman:
      return podman_text(found.stripped, file, OCI_TRY(read_all(found.place.before)), settings);
    case Engine::kContainerd:
      return containerd_text(found.stripped, file, containerd_format(containerd_version(from)),
                             settings);
    case Engine::kDocker:
      // The user may have formatted the same content differently: leave it.
      if (found.stripped.ours && OCI_TRY(docker_has(*found.current, file, settings))) {
        return *found.current;
      }
      return docker_text(found.stripped.text, file, settings);
    case Engine::kCrio:
      return crio_text(found.stripped, file, find_conmon(from), settings);
  }
  return std::string();
}

Result<bool> has(const Request& request, const std::string& text, const std::string& file,
                 const EngineSettings& settings) {
  switch (request.engine) {
    case Engine::kPodman:
      return podman_has(text, file, settings);
    case Engine::kContainerd:
      return containerd_has(text, file, settings);
    case Engine::kDocker:
      return docker_has(text, file, settings);
    case Engine::kCrio:
      return crio_has(text, file, settings);
  }
  return false;
}

// Writes both files of docker. The copy of the original comes first, so that it exists whenever the
// main file is changed.
Status change(const Place& place, const Text& before, const Text& after, const Text& kept_before,
              const Text& kept_after) {
  if (kept_after && kept_after != kept_before) {
    // The copy takes the mode of the original: it may hold a secret, such as the password of a
    // proxy.
    OCI_TRY(change_file(place.kept, kept_before, kept_after, place.file));
  }
  OCI_TRY(change_file(place.file, before, after));
  if (!kept_after && kept_before) OCI_TRY(change_file(place.kept, kept_before, kept_after));
  return {};
}

Result<std::string> verify(const Request& request, const Found& found,
                           const EngineSettings& settings, const HostEnvironment& from) {
  const Text written = OCI_TRY(read_config_file(found.place.file));
  if (!written || !OCI_TRY(has(request, *written, found.place.file, settings))) {
    return Error(ErrorKind::kInvalidConfig, "its content is not the text that was written");
  }
  return ask_engine(request, found.place, settings, from);
}

std::string next_step(const Request& request, const EngineSettings& settings,
                      const HostEnvironment& from) {
  const std::string option = settings.is_default ? "" : cat(" --runtime ", kRuntimeName);
  switch (request.engine) {
    case Engine::kPodman:
      return cat("podman", option, " run --rm IMAGE");
    case Engine::kContainerd:
      return cat("systemctl restart containerd",
                 settings.is_default ? "" : "; then a RuntimeClass with `handler: oci-rt`");
    case Engine::kDocker:
      return cat("systemctl ", from.root ? "" : "--user ", "reload docker; then docker run", option,
                 " --rm IMAGE");
    case Engine::kCrio:
      return cat("systemctl reload crio",
                 settings.is_default ? "" : "; then a RuntimeClass with `handler: oci-rt`");
  }
  return "";
}

std::string default_dropped(Engine engine) {
  return cat("note: ", kRuntimeName, " is no longer the default runtime of ", engine_name(engine),
             "; --default keeps it\n");
}

}  // namespace

Result<std::string> install(const Request& request) {
  const HostEnvironment from = read_host_environment();
  const EngineSettings settings{.path = OCI_TRY(runtime_path(request)),
                                .is_default = request.make_default};
  const Found found = OCI_TRY(inspect(request, from));
  const std::string& file = found.place.file;
  const Text wanted = OCI_TRY(wanted_text(request, found, settings, from));
  std::string notes;
  if (found.stripped.was_default && !settings.is_default) notes += default_dropped(request.engine);
  if (request.engine == Engine::kPodman) {
    const std::vector<NamedText> after = OCI_TRY(read_all(found.place.after));
    for (const std::string& text : OCI_TRY(podman_overridden(after, settings)))
      notes += cat("note: ", text, "\n");
  }

  if (from.systemd && request.etc.empty() && !has_systemd_program(settings.path)) {
    notes +=
        "note: oci-rt-systemd is not beside it; engines that use systemd for cgroups need it\n";
  }

  const std::string_view engine = engine_name(request.engine);
  if (wanted == found.current) return cat(engine, ": already installed in ", file, "\n", notes);
  if (request.dry_run) return unified_diff(file, found.current, wanted) + notes;

  const bool keeps = !found.place.kept.empty();
  const Text kept = keeps ? found.stripped.text : found.kept;
  OCI_TRY(change(found.place, found.current, wanted, found.kept, kept));
  Result<std::string> verified = verify(request, found, settings, from);
  if (!verified) {
    OCI_TRY(change(found.place, wanted, found.current, kept, found.kept).during("take it back"));
    return std::move(verified).error().during(cat(engine, ": ", file, " is as it was"));
  }
  return cat(engine, ": installed ", settings.path, " in ", file, " (", verified.value(), ")\n",
             notes, "next: ", next_step(request, settings, from), "\n");
}

Result<std::string> uninstall(const Request& request) {
  const HostEnvironment from = read_host_environment();
  const Found found = OCI_TRY(inspect(request, from));
  const std::string& file = found.place.file;
  const std::string_view engine = engine_name(request.engine);
  if (!found.stripped.ours) return cat(engine, ": not installed in ", file, "\n");
  if (request.dry_run) return unified_diff(file, found.current, found.stripped.text);
  OCI_TRY(change(found.place, found.current, found.stripped.text, found.kept, Text()));
  std::string text =
      cat(engine, ": removed from ", file, found.stripped.text ? "" : ", which is gone");
  if (found.stripped.was_default) text += "; the default runtime is restored";
  const std::string_view step = request.engine == Engine::kPodman       ? ""
                                : request.engine == Engine::kContainerd ? "restart containerd"
                                : request.engine == Engine::kDocker     ? "reload docker"
                                                                        : "reload crio";
  text += "\n";
  if (!step.empty()) text += cat("next: systemctl ", step, "\n");
  return text;
}

}  // namespace oci::install
