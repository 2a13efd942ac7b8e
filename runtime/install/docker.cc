#include "runtime/install/docker.h"

#include <algorithm>

#include "runtime/install/json_text.h"
#include "spec/diagnostics.h"
#include "spec/parse/parse_json.h"
#include "third_party/rapidjson.h"

namespace oci::install {
namespace {

constexpr char kRuntimes[] = "runtimes";
constexpr char kDefault[] = "default-runtime";
constexpr char kPath[] = "path";
constexpr std::string_view kNoFile = "There was no daemon.json before `oci-rt install docker`.\n";

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// The parts of a daemon.json that matter here.
struct Daemon {
  std::string path;         // of runtimes.oci-rt
  bool configured = false;  // runtimes.oci-rt exists
  bool other_form = false;  // in a form that oci-rt does not write
  std::string standard;     // default-runtime
};

Result<Daemon> read_daemon(std::string_view text, std::string_view name) {
  Daemon daemon;
  if (is_blank(text)) return daemon;
  std::string buffer;
  json::Document document;
  spec::Diagnostics problems;
  const auto expect = [&](bool met, std::string_view path, std::string_view what) {
    if (!met) problems.add(std::string(path), std::string(what));
    return met;
  };
  if (spec::parse_json(text, buffer, document, problems) &&
      expect(document.IsObject(), "", "expected an object")) {
    if (const auto standard = document.FindMember(kDefault); standard != document.MemberEnd()) {
      if (expect(standard->value.IsString(), kDefault, "expected a string")) {
        daemon.standard = standard->value.GetString();
      }
    }
    const auto runtimes = document.FindMember(kRuntimes);
    if (runtimes != document.MemberEnd() &&
        expect(runtimes->value.IsObject(), kRuntimes, "expected an object")) {
      const auto ours = runtimes->value.FindMember(kRuntimeName);
      daemon.configured = ours != runtimes->value.MemberEnd();
      if (daemon.configured) {
        const json::Value& value = ours->value;
        daemon.other_form = !value.IsObject() || value.MemberCount() != 1 ||
                            !value.HasMember(kPath) || !value[kPath].IsString();
        if (!daemon.other_form) daemon.path = value[kPath].GetString();
      }
    }
  }
  OCI_TRY(problems.to_status(name, text));
  return daemon;
}

std::string string_token(std::string_view text) {
  return json::compact(json::ref(text));
}

// `unit`: the indent of one level. Empty: all on one line.
std::string runtime_value(std::string_view unit, const EngineSettings& settings) {
  const std::string member = cat("\"", kPath, "\": ", string_token(settings.path));
  return unit.empty() ? cat("{", member, "}") : cat("{\n", unit, member, "\n}");
}

std::string with_runtime(const std::string& text, const EngineSettings& settings) {
  const JsonObject root = json_object(text, 0);
  const std::string unit = json_indent(text);
  if (const JsonMember* runtimes = root.find(kRuntimes)) {
    const JsonObject inner = json_object(text, runtimes->value_begin);
    const bool one_line =
        !inner.members.empty() &&
        text.substr(inner.begin, inner.end - inner.begin).find('\n') == std::string::npos;
    return json_with_member(text, inner, kRuntimeName,
                            runtime_value(one_line ? "" : unit, settings));
  }
  const std::string value = runtime_value(unit, settings);
  // The lines of the value get the indent of their new place.
  std::string object =
      cat("{", unit.empty() ? "" : cat("\n", unit), string_token(kRuntimeName), ": ");
  for (const char c : value) {
    object += c;
    if (c == '\n') object += unit;
  }
  object += unit.empty() ? "}" : "\n}";
  return json_with_member(text, root, kRuntimes, object);
}

std::string with_default(const std::string& text, std::string_view name) {
  const JsonObject root = json_object(text, 0);
  const std::string token = string_token(name);
  const JsonMember* set = root.find(kDefault);
  if (set == nullptr) return json_with_member(text, root, kDefault, token);
  return cat(std::string_view(text).substr(0, set->value_begin), token,
             std::string_view(text).substr(set->value_end));
}

// Removes the members of oci-rt by their names, and restores the old default runtime.
std::string cut(std::string text, const Daemon& daemon, const Daemon& before,
                bool runtimes_were_there) {
  if (daemon.standard == kRuntimeName && !before.standard.empty()) {
    text = with_default(text, before.standard);
  } else if (daemon.standard == kRuntimeName) {
    const JsonObject root = json_object(text, 0);
    text = json_without_member(text, root, *root.find(kDefault));
  }
  if (!daemon.configured) return text;
  const JsonObject root = json_object(text, 0);
  const JsonMember& runtimes = *root.find(kRuntimes);
  const JsonObject inner = json_object(text, runtimes.value_begin);
  if (inner.members.size() == 1 && !runtimes_were_there) {
    return json_without_member(text, root, runtimes);
  }
  return json_without_member(text, inner, *inner.find(kRuntimeName));
}

Text original_of(const std::string& copy) {
  return copy == kNoFile ? Text() : Text(copy);
}

}  // namespace

std::string docker_copy(const Text& original) {
  return original.value_or(std::string(kNoFile));
}

Result<std::string> docker_text(const Text& before, std::string_view name,
                                const EngineSettings& settings) {
  const Daemon daemon = OCI_TRY(read_daemon(before.value_or(""), name));
  if (daemon.configured) {
    spec::Diagnostics problems;
    problems.add(cat(kRuntimes, ".", kRuntimeName),
                 "configured here already, but not by `oci-rt install`; remove that first");
    return problems.to_status(name, *before).error();
  }
  // dockerd treats an empty file as an empty object.
  const bool empty = !before || is_blank(*before);
  std::string text = with_runtime(empty ? "{}\n" : *before, settings);
  if (settings.is_default) text = with_default(text, kRuntimeName);
  return text;
}

Result<Stripped> docker_without(const Text& current, const Text& copy, std::string_view name) {
  Stripped stripped{.text = current};
  const Daemon daemon = OCI_TRY(read_daemon(current.value_or(""), name));
  stripped.by_hand = daemon.configured && (daemon.other_form || !copy);
  if (!copy || stripped.by_hand) return stripped;

  const Text original = original_of(*copy);
  const bool empty = !original || is_blank(*original);
  const Daemon before = OCI_TRY(read_daemon(original.value_or(""), cat(name, " as it was before")));
  // The user may have named oci-rt there before.
  stripped.was_default = daemon.standard == kRuntimeName && before.standard != kRuntimeName;
  stripped.ours = daemon.configured || stripped.was_default;
  if (!stripped.ours) return stripped;

  const EngineSettings was{.path = daemon.path, .is_default = stripped.was_default};
  const Result<std::string> written = docker_text(original, name, was);
  if (written && written.value() == *current) {
    stripped.text = original;
    return stripped;
  }
  // The file was edited since.
  const bool runtimes_were_there = !empty && json_object(*original, 0).find(kRuntimes) != nullptr;
  stripped.text = cut(*current, daemon, before, runtimes_were_there);
  return stripped;
}

Result<bool> docker_has(std::string_view text, std::string_view name,
                        const EngineSettings& settings) {
  const Daemon daemon = OCI_TRY(read_daemon(text, name));
  // The user may have made it the default by hand.
  return daemon.configured && !daemon.other_form && daemon.path == settings.path &&
         (!settings.is_default || daemon.standard == kRuntimeName);
}

}  // namespace oci::install
