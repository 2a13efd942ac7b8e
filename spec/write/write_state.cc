#include "spec/write/write_state.h"

#include <cstddef>
#include <string_view>

#include "spec/parse/names.h"
#include "spec/write/utf8.h"
#include "third_party/rapidjson.h"

namespace oci::spec {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;
using PrettyWriter = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

template <class W>
void write_text(W& writer, const char* key, std::string_view text) {
  const std::string valid = valid_utf8(text);
  writer.Key(key);
  writer.String(valid.data(), static_cast<json::Size>(valid.size()));
}

template <class W>
void write_annotations(W& writer, const Annotations& annotations) {
  if (annotations.empty()) return;
  writer.Key("annotations");
  writer.StartObject();
  for (const auto& [key, value] : annotations) {
    write_text(writer, valid_utf8(key).c_str(), value);
  }
  writer.EndObject();
}

template <class W>
void write_state(W& writer, const State& state) {
  writer.StartObject();
  write_text(writer, "ociVersion", kOciVersion);
  write_text(writer, "id", state.id);
  writer.Key("pid");
  writer.Int(state.pid);
  write_text(writer, "status", status_name(state.status));
  write_text(writer, "bundle", state.bundle);
  write_text(writer, "rootfs", state.rootfs);
  write_text(writer, "created", state.created);
  write_annotations(writer, state.annotations);
  write_text(writer, "owner", state.owner);
  writer.EndObject();
}

// Only the keys of the specification. Returns the offset of the pid's value.
size_t write_plain_state(Writer& writer, const rapidjson::StringBuffer& buffer,
                         const State& state) {
  writer.StartObject();
  write_text(writer, "ociVersion", kOciVersion);
  write_text(writer, "id", state.id);
  write_text(writer, "status", status_name(state.status));
  writer.Key("pid");
  const size_t colon = buffer.GetSize();
  writer.Int(state.pid);
  write_text(writer, "bundle", state.bundle);
  write_annotations(writer, state.annotations);
  writer.EndObject();
  return colon;
}

std::string text_of(const rapidjson::StringBuffer& buffer) {
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::string_view status_name(ContainerStatus status) {
  return name_of(kStatusNames, status);
}

std::string state_json(const State& state) {
  rapidjson::StringBuffer buffer;
  PrettyWriter writer(buffer);
  writer.SetIndent(' ', 2);
  write_state(writer, state);
  return text_of(buffer);
}

std::string state_line(const State& state) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  write_state(writer, state);
  return text_of(buffer);
}

SplitState split_hook_state(const State& state) {
  State without_pid = state;
  without_pid.pid = 0;
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  const size_t colon = write_plain_state(writer, buffer, without_pid);
  const std::string text = text_of(buffer);
  return {text.substr(0, colon + 1), text.substr(colon + 2)};
}

std::string hook_state(const State& state) {
  SplitState split = split_hook_state(state);
  if (state.pid > 0) return split.head + std::to_string(state.pid) + split.tail;
  // An absent value removes the key, too: the head ends in `,"pid":`, the tail begins with a comma.
  constexpr std::string_view kKey = ",\"pid\":";
  split.head.resize(split.head.size() - kKey.size());
  return split.head + split.tail;
}

std::string container_process_state(const State& state, int pid, std::string_view metadata) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  write_text(writer, "ociVersion", kOciVersion);
  writer.Key("fds");
  writer.StartArray();
  writer.String("seccompFd");
  writer.EndArray();
  writer.Key("pid");
  writer.Int(pid);
  if (!metadata.empty()) write_text(writer, "metadata", metadata);
  writer.Key("state");
  write_plain_state(writer, buffer, state);
  writer.EndObject();
  return text_of(buffer);
}

}  // namespace oci::spec
