#include "conformance/harness/facts.h"

#include <algorithm>
#include <cstdint>

#include "conformance/harness/case.h"
#include "conformance/harness/files.h"

namespace oci::conformance {

const json::Value& Facts::at(std::string_view pointer) const {
  const json::Value* value = find(document_, pointer);
  if (!value) throw Failed("the probe did not report " + std::string(pointer));
  return *value;
}

int64_t Facts::number(std::string_view pointer) const {
  const json::Value& value = at(pointer);
  if (!value.IsInt64()) throw Failed(std::string(pointer) + " of the probe is no number");
  return value.GetInt64();
}

std::string Facts::text(std::string_view pointer) const {
  const json::Value& value = at(pointer);
  return value.IsString() ? std::string(value.GetString(), value.GetStringLength())
                          : to_text(value);
}

std::vector<std::string> Facts::words(std::string_view pointer) const {
  const json::Value& list = at(pointer);
  if (!list.IsArray()) throw Failed(std::string(pointer) + " of the probe is no array");
  std::vector<std::string> words;
  for (const json::Value& value : list.GetArray()) {
    words.push_back(value.IsString() ? value.GetString() : to_text(value));
  }
  return words;
}

Mounted parse_mountinfo(const std::string& line) {
  const std::vector<std::string> fields = split(line, ' ');
  const auto dash = std::ranges::find(fields, "-");
  if (fields.size() < 8 || fields.end() - dash < 3) throw Failed("a mountinfo line is " + line);
  Mounted mount{.root = fields[3], .target = fields[4], .options = fields[5]};
  for (auto field = fields.begin() + 6; field != dash; ++field) {
    mount.optional += (mount.optional.empty() ? "" : " ") + *field;
  }
  mount.type = dash[1];
  mount.source = dash[2];
  if (fields.end() - dash > 3) mount.super_options = dash[3];
  return mount;
}

std::vector<Mounted> Facts::mounts() const {
  std::vector<Mounted> mounts;
  for (const std::string& line : words("/mountinfo"))
    mounts.push_back(parse_mountinfo(line));
  return mounts;
}

Mounted Facts::mount(std::string_view target) const {
  const std::vector<Mounted> all = mounts();
  for (auto mount = all.rbegin(); mount != all.rend(); ++mount) {
    if (mount->target == target) return *mount;
  }
  throw Failed("nothing is mounted at " + std::string(target));
}

bool Facts::mounted(std::string_view target) const {
  return std::ranges::any_of(mounts(), [&](const Mounted& one) { return one.target == target; });
}

std::string Facts::variable(std::string_view name) const {
  for (const std::string& entry : words("/env")) {
    if (entry.starts_with(std::string(name) + "=")) return entry.substr(name.size() + 1);
  }
  return "(unset)";
}

}  // namespace oci::conformance
