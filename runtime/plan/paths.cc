#include "runtime/plan/paths.h"

namespace oci::plan {
namespace {

// Takes the first component off `rest`. "" at the end.
std::string_view take_component(std::string_view& rest) {
  while (rest.starts_with('/'))
    rest.remove_prefix(1);
  const std::string_view component = rest.substr(0, rest.find('/'));
  rest.remove_prefix(component.size());
  return component;
}

}  // namespace

std::string clean_in_root(std::string_view path) {
  std::string out;
  out.reserve(path.size() + 1);
  for (auto part = take_component(path); !part.empty(); part = take_component(path)) {
    if (part == ".") continue;
    if (part == "..") {
      out.resize(out.empty() ? 0 : out.rfind('/'));
    } else {
      out.append("/").append(part);
    }
  }
  return out.empty() ? "/" : out;
}

std::string on_host(std::string_view bundle, std::string_view path) {
  std::string out;
  out.reserve(bundle.size() + path.size() + 1);
  const auto append = [&out](std::string_view rest) {
    for (auto part = take_component(rest); !part.empty(); part = take_component(rest)) {
      if (part != ".") out.append("/").append(part);
    }
  };
  if (!path.starts_with('/')) append(bundle);
  append(path);
  return out.empty() ? "/" : out;
}

bool is_below(std::string_view path, std::string_view directory) {
  if (!path.starts_with(directory)) return false;
  std::string_view rest = path.substr(directory.size());
  if (!rest.empty() && rest.front() != '/') return false;
  for (auto part = take_component(rest); !part.empty(); part = take_component(rest))
    if (part == "..") return false;
  return true;
}

std::string in_directory(std::string_view cwd, std::string_view directory, std::string_view name) {
  std::string out;
  const auto append = [&out](std::string_view part) {
    if (part.empty()) return;
    if (!out.empty() && !out.ends_with('/')) out += '/';
    out += part;
  };
  if (name.starts_with('/')) return std::string(name);
  if (!directory.starts_with('/')) append(cwd);
  append(directory);
  append(name);
  return out;
}

}  // namespace oci::plan
