#include "runtime/tools/json_writer.h"

#include "runtime/sys/log.h"
#include "spec/error.h"
#include "third_party/rapidjson.h"

namespace oci::tools {

struct JsonWriter::State {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> out{buffer};
};

JsonWriter::JsonWriter() : state_(std::make_unique<State>()) {
  state_->out.SetMaxDecimalPlaces(2);
}
JsonWriter::~JsonWriter() = default;

void JsonWriter::key(std::string_view name) {
  if (!name.empty()) state_->out.Key(name.data(), static_cast<json::Size>(name.size()));
}
void JsonWriter::begin_object(std::string_view name) {
  key(name);
  state_->out.StartObject();
}
void JsonWriter::end_object() {
  state_->out.EndObject();
}
void JsonWriter::begin_array(std::string_view name) {
  key(name);
  state_->out.StartArray();
}
void JsonWriter::end_array() {
  state_->out.EndArray();
}
void JsonWriter::text(std::string_view name, std::string_view value) {
  key(name);
  element(value);
}
void JsonWriter::number(std::string_view name, int64_t value) {
  key(name);
  state_->out.Int64(value);
}
void JsonWriter::fraction(std::string_view name, double value) {
  key(name);
  state_->out.Double(value);
}
void JsonWriter::flag(std::string_view name, bool value) {
  key(name);
  state_->out.Bool(value);
}
void JsonWriter::null(std::string_view name) {
  key(name);
  state_->out.Null();
}
void JsonWriter::element(std::string_view text) {
  const std::string valid = sys::printable(text);  // words of a container may be any bytes
  state_->out.String(valid.data(), static_cast<json::Size>(valid.size()));
}

std::string JsonWriter::finish() {
  return cat(std::string_view(state_->buffer.GetString(), state_->buffer.GetSize()), "\n");
}

}  // namespace oci::tools
