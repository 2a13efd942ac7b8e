// Reads one JSON object into one struct, field by field, and tracks its path in the document.
//
// Reading never stops at a problem: a wrong field is reported with its full path and keeps its
// default. A path is a chain on the stack, and becomes text only for a problem.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "spec/diagnostics.h"
#include "spec/parse/names.h"
#include "third_party/rapidjson.h"

namespace oci::spec {

// One member or element on the path from the document to a value.
struct Step {
  const Step* parent = nullptr;  // null: the document itself
  std::string_view key = {};     // of a member; null data: an element
  json::Size index = 0;
};

std::string path_of(const Step* step);

// Describes an unexpected value: "the number 7".
std::string describe(const json::Value& value);

using StringPairs = std::vector<std::pair<std::string, std::string>>;

class Reader {
 public:
  // `object` must be an object, at path `step`. All must outlive the reader.
  Reader(const json::Value& object, const Step* step, Diagnostics& diagnostics)
      : object_(object), step_(step), diagnostics_(diagnostics) {}
  // Reports the members that no call has asked for: Diagnostics::report_unknown_to().
  ~Reader() {
    if (diagnostics_.unknown() != nullptr) report_unknown();
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // T: a string, bool, integer, a struct that has a parse(Reader&, T&) beside it, or an optional or
  // vector of one. The schema has no nullable property. null means absent, since Go writes null for
  // properties that are not given. Go never writes it for an element or a user-defined key: there
  // it is an error.
  template <class T>
  void optional(std::string_view key, T& out) {
    if (const json::Value* value = find(key)) read(*value, Step{step_, key}, out);
  }

  template <class T>
  void required(std::string_view key, T& out) {
    if (is_present(key)) optional(key, out);
  }

  // A string from the table's names.
  template <class E, size_t N>
  void required_enum(std::string_view key, const Name<E> (&table)[N], E& out) {
    if (!is_present(key)) return;
    if (const E* known = look_up(*find(key), Step{step_, key}, table)) out = *known;
  }

  // The same; absent or "" leaves `out` unchanged. Out: E, or an optional of it.
  template <class E, size_t N, class Out>
  void optional_enum(std::string_view key, const Name<E> (&table)[N], Out& out) {
    const json::Value* value = find(key);
    if (value == nullptr || string_of(*value) == "") return;
    if (const E* known = look_up(*value, Step{step_, key}, table)) out = *known;
  }

  // An array of such strings. Calls `each(value)` for each.
  template <class E, size_t N, class Each>
  void names(std::string_view key, const Name<E> (&table)[N], Each each) {
    elements(key, [&](const json::Value& value, const Step& step) {
      if (const E* known = look_up(value, step, table)) each(*known);
    });
  }

  // An object with user-defined keys: `key_field` of each struct is set to its key.
  template <class T>
  void keyed(std::string_view key, std::vector<T>& out, std::string T::*key_field) {
    members(key, [&](std::string_view name, const json::Value& value, const Step& step) {
      T& item = out.emplace_back();
      item.*key_field = name;
      read(value, step, item);
    });
  }

  // The same for strings, in the order of the document.
  void pairs(std::string_view key, StringPairs& out);

  // Reads an object into `fields(reader)`, for structs that the model flattens.
  template <class Fields>
  void nested(std::string_view key, Fields fields) {
    const json::Value* value = find(key);
    if (value == nullptr) return;
    const Step step{step_, key};
    if (!value->IsObject()) return mismatch(step, "an object", *value);
    Reader reader(*value, &step, diagnostics_);
    fields(reader);
  }

  // Reports every key outside `known`, where the specification makes that an error.
  void only(std::initializer_list<std::string_view> known);

  // A property of other platforms: checks its type and drops the value.
  void discard_string(std::string_view key);

  // The same without a check. Such a member is reported as one of another platform.
  void other_platforms(std::initializer_list<std::string_view> keys);

  bool has(std::string_view key) const { return find(key) != nullptr; }

  // Adds the problem `text` at member `key`.
  void problem(std::string_view key, std::string text, Code code);

 private:
  const json::Value* find(std::string_view key) const;
  bool is_present(std::string_view key);  // reports if not

  void read(const json::Value& value, const Step& step, std::string& out);
  void read(const json::Value& value, const Step& step, bool& out);
  bool read_signed(const json::Value& value, const Step& step, int64_t low, int64_t high,
                   int64_t& out);
  bool read_unsigned(const json::Value& value, const Step& step, uint64_t high, uint64_t& out);

  template <class T>
  requires std::is_integral_v<T>
  void read(const json::Value& value, const Step& step, T& out) {
    using Limits = std::numeric_limits<T>;
    if constexpr (std::is_signed_v<T>) {
      int64_t wide = 0;
      if (read_signed(value, step, Limits::min(), Limits::max(), wide)) out = static_cast<T>(wide);
    } else {
      uint64_t wide = 0;
      if (read_unsigned(value, step, Limits::max(), wide)) out = static_cast<T>(wide);
    }
  }

  template <class T>
  void read(const json::Value& value, const Step& step, std::optional<T>& out) {
    read(value, step, out.emplace());
  }

  // Programs write "" for an optional string without a value.
  void read(const json::Value& value, const Step& step, std::optional<std::string>& out) {
    read(value, step, out.emplace());
    if (out->empty()) out.reset();
  }

  template <class T>
  void read(const json::Value& value, const Step& step, std::vector<T>& out) {
    if (!value.IsArray()) return mismatch(step, "an array", value);
    out.reserve(value.Size());
    for (json::Size i = 0; i < value.Size(); ++i)
      read(value[i], Step{&step, {}, i}, out.emplace_back());
  }

  template <class T>
  requires std::is_class_v<T>
  void read(const json::Value& value, const Step& step, T& out) {
    if (!value.IsObject()) return mismatch(step, "an object", value);
    Reader reader(value, &step, diagnostics_);
    parse(reader, out);
  }

  template <class Each>
  void elements(std::string_view key, Each each) {
    const json::Value* value = find(key);
    if (value == nullptr) return;
    const Step step{step_, key};
    if (!value->IsArray()) return mismatch(step, "an array", *value);
    for (json::Size i = 0; i < value->Size(); ++i)
      each((*value)[i], Step{&step, {}, i});
  }

  template <class Each>
  void members(std::string_view key, Each each) {
    const json::Value* value = find(key);
    if (value == nullptr) return;
    const Step step{step_, key};
    if (!value->IsObject()) return mismatch(step, "an object", *value);
    for (const auto& member : value->GetObject()) {
      const std::string_view name(member.name.GetString(), member.name.GetStringLength());
      const Step child{&step, name};
      if (check_key(name, child)) each(name, member.value, child);
    }
  }

  template <class E, size_t N>
  const E* look_up(const json::Value& value, const Step& step, const Name<E> (&table)[N]) {
    const auto text = string_of(value);
    if (text) {
      if (const E* known = find_name(table, *text)) return known;
    }
    std::string expected;
    size_t left = N;
    for (const Name<E>& name : table) {
      if (expected.size() + name.name.size() > kLongestList) break;
      expected.append(expected.empty() ? "one of " : ", ").append(name.name);
      --left;
    }
    if (left > 0) expected += cat(" and ", left, " more");
    mismatch(step, expected, value, text ? Code::kUnknownValue : Code::kType);
    return nullptr;
  }

  // Limits a list of names in a message, which must fit one line.
  static constexpr size_t kLongestList = 90;

  static std::optional<std::string_view> string_of(const json::Value& value) {
    if (!value.IsString()) return {};
    return std::string_view(value.GetString(), value.GetStringLength());
  }

  bool check_key(std::string_view name, const Step& step);
  void mismatch(const Step& step, std::string_view expected, const json::Value& found,
                Code code = Code::kType);
  void report_unknown();

  const json::Value& object_;
  const Step* step_;
  Diagnostics& diagnostics_;
  mutable std::vector<std::string_view> asked_;  // only if unknown properties are reported
};

}  // namespace oci::spec
