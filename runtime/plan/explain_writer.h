// Writes members of a plan as JSON.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/wire/plan.h"
#include "third_party/rapidjson.h"

namespace oci::plan {

// Writes members, and leaves out absent, empty and disabled ones.
class Writer {
 public:
  explicit Writer(const wire::InitPlan& plan) : plan_(plan) { json_.SetIndent(' ', 2); }

  void begin() { json_.StartObject(); }
  void begin(std::string_view key) {
    write_key(key);
    json_.StartObject();
  }
  void end() { json_.EndObject(); }

  void text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    write_key(key);
    write(value);
  }
  void text(std::string_view key, wire::Text value) {
    if (!value) return;
    write_key(key);
    write(view(value));
  }
  void number(std::string_view key, int64_t value) {
    write_key(key);
    json_.Int64(value);
  }
  void unsigned_number(std::string_view key, uint64_t value) {
    write_key(key);
    json_.Uint64(value);
  }
  void flag(std::string_view key, bool value) {
    if (!value) return;
    write_key(key);
    json_.Bool(true);
  }

  template <class Items>
  void list(std::string_view key, const Items& items) {
    if (std::size(items) == 0) return;
    write_key(key);
    json_.SetFormatOptions(rapidjson::kFormatSingleLineArray);
    json_.StartArray();
    for (const auto& item : items)
      write(item);
    json_.EndArray();
    json_.SetFormatOptions(rapidjson::kFormatDefault);
  }
  void list(std::string_view key, wire::Vector vector) {
    std::vector<std::string_view> items;
    for (const uint64_t at :
         std::span(plan_.begin(wire::List<uint64_t>{vector.at}), vector.count)) {
      items.push_back(view({static_cast<uint32_t>(at)}));
    }
    list(key, items);
  }

  // `write_item` writes the members of each item.
  template <class Items, class WriteItem>
  void objects(std::string_view key, const Items& items, WriteItem write_item) {
    if (std::size(items) != 0) objects_or_none(key, items, write_item);
  }
  // The same, and an empty list for no items.
  template <class Items, class WriteItem>
  void objects_or_none(std::string_view key, const Items& items, WriteItem write_item) {
    write_key(key);
    json_.StartArray();
    for (const auto& item : items) {
      json_.StartObject();
      write_item(item);
      json_.EndObject();
    }
    json_.EndArray();
  }

  template <class T>
  std::span<const T> items(wire::List<T> list) const {
    return {plan_.begin(list), list.count};
  }
  std::string_view view(wire::Text value) const { return plan_.text(value); }

  std::string finish() {
    std::string out(buffer_.GetString(), buffer_.GetSize());
    out += '\n';
    return out;
  }

 private:
  void write_key(std::string_view key) {
    json_.Key(key.data(), static_cast<json::Size>(key.size()));
  }
  void write(std::string_view value) {
    json_.String(value.data(), static_cast<json::Size>(value.size()));
  }
  void write(uint32_t value) { json_.Uint(value); }

  const wire::InitPlan& plan_;
  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json_{buffer_};
};

}  // namespace oci::plan
