#include "runtime/cli/json_writer.h"

#include "runtime/sys/log.h"
#include "spec/error.h"
#include "third_party/rapidjson.h"

namespace oci::cli {

struct JsonWriter::State {
  explicit State(JsonLayout wanted) : layout(wanted) {
    one_line.SetMaxDecimalPlaces(2);
    indented.SetMaxDecimalPlaces(2);
    indented.SetIndent(' ', 2);
  }

  template <class Write>
  void write(Write one) {
    if (layout == JsonLayout::kOneLine) {
      one(one_line);
    } else {
      one(indented);
    }
  }

  JsonLayout layout;
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> one_line{buffer};
  rapidjson::PrettyWriter<rapidjson::StringBuffer> indented{buffer};
};

JsonWriter::JsonWriter(JsonLayout layout) : state_(std::make_unique<State>(layout)) {}
JsonWriter::~JsonWriter() = default;

void JsonWriter::key(std::string_view name) {
  if (name.empty()) return;
  state_->write([&](auto& out) { out.Key(name.data(), static_cast<json::Size>(name.size())); });
}
void JsonWriter::begin_object(std::string_view name) {
  key(name);
  state_->write([](auto& out) { out.StartObject(); });
}
void JsonWriter::end_object() {
  state_->write([](auto& out) { out.EndObject(); });
}
void JsonWriter::begin_array(std::string_view name) {
  key(name);
  state_->write([](auto& out) { out.StartArray(); });
}
void JsonWriter::end_array() {
  state_->write([](auto& out) { out.EndArray(); });
}
void JsonWriter::text(std::string_view name, std::string_view value) {
  key(name);
  element(value);
}
void JsonWriter::number(std::string_view name, int64_t value) {
  key(name);
  state_->write([&](auto& out) { out.Int64(value); });
}
void JsonWriter::fraction(std::string_view name, double value) {
  key(name);
  state_->write([&](auto& out) { out.Double(value); });
}
void JsonWriter::flag(std::string_view name, bool value) {
  key(name);
  state_->write([&](auto& out) { out.Bool(value); });
}
void JsonWriter::null(std::string_view name) {
  key(name);
  state_->write([](auto& out) { out.Null(); });
}
void JsonWriter::element(std::string_view text) {
  const std::string valid = sys::printable(text);  // words of a container may be any bytes
  state_->write(
      [&](auto& out) { out.String(valid.data(), static_cast<json::Size>(valid.size())); });
}

std::string JsonWriter::finish() {
  return cat(std::string_view(state_->buffer.GetString(), state_->buffer.GetSize()), "\n");
}

}  // namespace oci::cli
