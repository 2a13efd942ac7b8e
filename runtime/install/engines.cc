#include "runtime/install/engines.h"

#include <algorithm>
#include <vector>

#include "runtime/install/buildkit.h"
#include "runtime/install/containerd.h"
#include "runtime/install/crio.h"
#include "runtime/install/docker.h"
#include "runtime/install/files.h"
#include "runtime/install/podman.h"
#include "runtime/install/rancher.h"
#include "runtime/install/verify.h"

namespace oci::install {
namespace {

using From = const HostEnvironment&;
using Settings = const EngineSettings&;

Result<std::string> text_for_podman(const Found& found, Settings settings, From) {
  const std::vector<NamedText> before = OCI_TRY(read_all(found.place.before));
  return podman_text(found.stripped, found.place.file, before, settings);
}

Result<std::string> text_for_containerd(const Found& found, Settings settings, From from) {
  return containerd_text(found.stripped, found.place.file,
                         containerd_format(containerd_version(from)), settings);
}

Result<std::string> text_for_docker(const Found& found, Settings settings, From) {
  const std::string& file = found.place.file;
  // The user may have formatted the same content differently: leave it.
  if (found.stripped.ours && found.stripped.was_default == settings.is_default &&
      OCI_TRY(docker_has(*found.current, file, settings))) {
    return *found.current;
  }
  return docker_text(found.stripped.text, file, settings);
}

Result<std::string> text_for_crio(const Found& found, Settings settings, From from) {
  return crio_text(found.stripped, found.place.file, find_conmon(from), settings);
}

Result<std::string> text_for_k3s(const Found& found, Settings settings, From) {
  return rancher_text(found.stripped, found.place.file, found.place.format, "k3s", settings);
}

Result<std::string> text_for_rke2(const Found& found, Settings settings, From) {
  return rancher_text(found.stripped, found.place.file, found.place.format, "rke2", settings);
}

Result<std::string> text_for_buildkit(const Found& found, Settings settings, From) {
  return buildkit_text(found.stripped, found.place.file, settings);
}

Result<bool> has_rancher(std::string_view text, std::string_view, Settings settings) {
  return rancher_has(text, settings);
}

// Of an engine for Kubernetes.
std::string with_class(std::string_view step, std::string_view option) {
  return cat("systemctl ", step,
             option.empty() ? "" : "; then a RuntimeClass with `handler: oci-rt`");
}

constexpr EngineRow kEngines[] = {
    {Engine::kPodman, false, "podman", podman_place, kPodmanDefaultKey, text_for_podman, podman_has,
     "podman", ask_podman,
     [](std::string_view option, From) { return cat("podman", option, " run --rm IMAGE"); }, ""},
    {Engine::kContainerd, false, "containerd", containerd_place, kContainerdDefaultKey,
     text_for_containerd, containerd_has, "containerd", ask_containerd,
     [](std::string_view option, From) { return with_class("restart containerd", option); },
     "restart containerd"},
    {Engine::kDocker, false, "docker", docker_place, "", text_for_docker, docker_has, "dockerd",
     ask_docker,
     [](std::string_view option, From from) {
       return cat("systemctl ", from.root ? "" : "--user ", "reload docker; then docker run",
                  option, " --rm IMAGE");
     },
     "reload docker"},
    {Engine::kCrio, false, "crio", crio_place, kCrioDefaultKey, text_for_crio, crio_has, "crio",
     ask_crio, [](std::string_view option, From) { return with_class("reload crio", option); },
     "reload crio"},
    {Engine::kK3s, false, "k3s", k3s_place, "", text_for_k3s, has_rancher, "", nullptr,
     [](std::string_view option, From) {
       return with_class("restart k3s (on an agent: k3s-agent)", option);
     },
     "restart k3s (on an agent: k3s-agent)"},
    {Engine::kRke2, false, "rke2", rke2_place, "", text_for_rke2, has_rancher, "", nullptr,
     [](std::string_view option, From) {
       return with_class("restart rke2-server (on an agent: rke2-agent)", option);
     },
     "restart rke2-server (on an agent: rke2-agent)"},
    {Engine::kBuildkit, true, "buildkit", buildkit_place, kBuildkitDefaultKey, text_for_buildkit,
     buildkit_has, "", nullptr,
     [](std::string_view, From from) {
       return cat("systemctl ", from.root ? "" : "--user ", "restart buildkit");
     },
     "restart buildkit"},
};

}  // namespace

std::span<const EngineRow> engines() {
  return kEngines;
}

const EngineRow& row_of(Engine engine) {
  return *std::ranges::find(kEngines, engine, &EngineRow::engine);
}

}  // namespace oci::install
