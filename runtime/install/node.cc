#include "runtime/install/node.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/install/engines.h"
#include "runtime/install/files.h"
#include "runtime/sys/program.h"

namespace oci::install {
namespace {

constexpr std::string_view kChoose = "; name the engine with --engine NAME";

// The directory is there once the engine has run.
constexpr std::pair<Engine, const char*> kWithKubelet[] = {
    {Engine::kK3s, "/var/lib/rancher/k3s/agent"},
    {Engine::kRke2, "/var/lib/rancher/rke2/agent"},
};

// Programs, not directories of /etc: an empty one stays after `uninstall`.
constexpr std::pair<Engine, const char*> kAlone[] = {
    {Engine::kContainerd, "containerd"},
    {Engine::kCrio, "crio"},
};

// By the end of an address. k3s and rke2 have the same.
constexpr std::pair<Engine, std::string_view> kSockets[] = {
    {Engine::kContainerd, "run/containerd/containerd.sock"},
    {Engine::kCrio, "run/crio/crio.sock"},
};

// Kubelet's options are stronger than its file.
constexpr std::pair<const char*, std::string_view> kKubeletFiles[] = {
    {"/var/lib/kubelet/kubeadm-flags.env", "--container-runtime-endpoint="},
    {"/etc/default/kubelet", "--container-runtime-endpoint="},
    {"/etc/sysconfig/kubelet", "--container-runtime-endpoint="},
    {"/var/lib/kubelet/config.yaml", "containerRuntimeEndpoint:"},
};

// The word behind `key` in a line that is no comment. "": there is none.
std::string word_behind(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const size_t at = line.find(key);
    if (at == std::string_view::npos || line.find('#') < at) continue;
    line.remove_prefix(at + key.size());
    line.remove_prefix(std::min(line.find_first_not_of(" \t\"'"), line.size()));
    return std::string(line.substr(0, line.find_first_of(" \t\r\"'")));
  }
  return "";
}

bool is_directory(const std::string& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool has_program(const std::string& root, std::string_view name) {
  for (const char* dir :
       {"/usr/local/bin/", "/usr/local/sbin/", "/usr/bin/", "/usr/sbin/", "/opt/bin/"})
    if (sys::is_program(cat(root, dir, name))) return true;
  return false;
}

Result<Engine> only_one(const std::vector<Engine>& found) {
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return Error(ErrorKind::kNotFound,
                 "this machine has none of containerd, k3s, rke2 and crio; install one of them, or "
                 "give --host-root DIR");
  }
  std::string names;
  for (const Engine engine : found)
    names += cat(names.empty() ? "" : ", ", row_of(engine).name);
  return Error(ErrorKind::kUsage, cat("this machine has several engines (", names, ")", kChoose));
}

}  // namespace

std::string kubelet_endpoint(const std::string& root) {
  for (const auto& [file, key] : kKubeletFiles) {
    const Result<Text> text = read_config_file(root + file);
    if (!text || !text.value()) continue;
    if (std::string word = word_behind(*text.value(), key); !word.empty()) return word;
  }
  return "";
}

Result<Engine> node_engine(const std::string& root) {
  std::vector<Engine> found;
  for (const auto& [engine, dir] : kWithKubelet)
    if (is_directory(root + dir)) found.push_back(engine);
  const std::string endpoint = kubelet_endpoint(root);
  if (!endpoint.empty() && endpoint.find("/k3s/") == std::string::npos) {
    const auto* socket = std::ranges::find_if(
        kSockets, [&](const auto& row) { return endpoint.ends_with(row.second); });
    if (socket == std::end(kSockets)) {
      return Error(ErrorKind::kUsage, cat("kubelet uses '", endpoint,
                                          "', which is none of containerd and crio", kChoose));
    }
    found.push_back(socket->first);
  } else if (found.empty()) {
    for (const auto& [engine, program] : kAlone)
      if (has_program(root, program)) found.push_back(engine);
  }
  return only_one(found);
}

}  // namespace oci::install
