#include "runtime/cli/gc_text.h"

#include <string_view>

#include "spec/error.h"
#include "third_party/rapidjson.h"

namespace oci::cli {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void put(Writer& out, const char* key, std::string_view value) {
  out.Key(key);
  out.String(value.data(), static_cast<json::Size>(value.size()));
}

std::string_view done_with(const lifecycle::Garbage& one, bool remove) {
  if (!one.problem.empty()) return "kept";
  return remove ? "removed" : "found";
}

}  // namespace

std::string gc_lines(std::span<const lifecycle::Garbage> garbage, bool remove) {
  std::string text;
  for (const lifecycle::Garbage& one : garbage) {
    text += cat(done_with(one, remove), " ", one.kind, " ", one.name);
    const char* before = " (PID ";
    for (const pid_t pid : one.pids)
      text += cat(std::exchange(before, ", "), pid);
    text += cat(one.pids.empty() ? "" : ")", ": ", one.reason);
    text += cat(one.problem.empty() ? "" : "; ", one.problem, "\n");
  }
  return text;
}

std::string gc_json(std::span<const lifecycle::Garbage> garbage, bool remove) {
  rapidjson::StringBuffer text;
  Writer out(text);
  out.StartArray();
  for (const lifecycle::Garbage& one : garbage) {
    out.StartObject();
    put(out, "kind", one.kind);
    put(out, "name", one.name);
    put(out, "reason", one.reason);
    out.Key("pids");
    out.StartArray();
    for (const pid_t pid : one.pids)
      out.Int(pid);
    out.EndArray();
    out.Key("removed");
    out.Bool(remove && one.problem.empty());
    if (!one.problem.empty()) put(out, "problem", one.problem);
    out.EndObject();
  }
  out.EndArray();
  return cat(std::string_view(text.GetString(), text.GetSize()), "\n");
}

}  // namespace oci::cli
