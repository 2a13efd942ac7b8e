// Failures as values: the reason, and the operation that failed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace oci {

// The distinctions that callers branch on. Details for the user belong in the text.
enum class ErrorKind {
  kSystem,         // a system call failed; see sys_errno()
  kUsage,          // bad command line
  kInvalidConfig,  // config.json
  kUnsupported,    // valid, but this runtime or this host cannot do it
  kWrongState,     // the container is not in a status that allows the operation
  kNotFound,       // no such container
  kExists,         // the id is taken
  kProtocol,       // container init broke the rules of runtime/wire
  kHook,
  kBusy,     // another process holds the container, or a timeout
  kProgram,  // process.args cannot be executed
};

// The C library's words for an errno, except for phrases that engines search for. Podman and docker
// take "No such file or directory" anywhere in a text for a missing program, and "Permission
// denied" for one that is not executable. Containerd and CRI-O take "No such process" for an exited
// container.
std::string reason_of(int err);

// A property by its JSON path, and the value of it that the failure is about, where the text does
// not have that: "mounts[2].source", or "mounts[2].source ('/x')".
struct Property {
  std::string path;
  std::optional<std::string> value = {};
};

class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string what) : kind_(kind), trail_{std::move(what)} {}
  // "PROPERTY: WHAT"
  Error(ErrorKind kind, Property property, std::string what) : Error(kind, std::move(what)) {
    add(std::move(property));
  }

  // `err` is passed by value and first: building `what` may allocate and so overwrite errno.
  static Error system(int err, std::string what);
  static Error system(int err, Property property, std::string what);
  // "PROPERTY: the reason for the errno"
  static Error system(int err, Property property);

  // Adds an outer layer: Error("mount '/proc'").during("create 'web1'").
  Error&& during(std::string doing) && {
    trail_.push_back(std::move(doing));
    return std::move(*this);
  }
  // The same for the property that the failure is about.
  Error&& at(Property property) && {
    add(std::move(property));
    return std::move(*this);
  }

  ErrorKind kind() const { return kind_; }
  int sys_errno() const { return errno_; }

  // The path of the property. "": none.
  std::string_view property() const {
    return property_at_ ? std::string_view(trail_[*property_at_]) : std::string_view();
  }

  // Outermost layer first, ending in the reason for the errno:
  //   create 'web1': mount '/proc': the kernel does not permit it
  std::string message() const;

 private:
  void add(Property property);

  ErrorKind kind_;
  int errno_ = 0;
  std::vector<std::string> trail_;     // innermost first
  std::optional<size_t> property_at_;  // the layer that is the property's path
  std::optional<std::string> value_;   // of the property
};

template <class T>
class [[nodiscard]] Result {
 public:
  using Value = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T value() && { return std::get<0>(std::move(state_)); }
  const Error& error() const& { return std::get<1>(state_); }
  Error error() && { return std::get<1>(std::move(state_)); }

  Result during(std::string doing) && {
    if (*this) return std::move(*this);
    return std::move(*this).error().during(std::move(doing));
  }
  Result at(Property property) && {
    if (*this) return std::move(*this);
    return std::move(*this).error().at(std::move(property));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using Value = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_.has_value(); }
  void value() && {}
  const Error& error() const& { return *error_; }
  Error error() && { return std::move(*error_); }

  Result during(std::string doing) && {
    if (*this) return {};
    return std::move(*error_).during(std::move(doing));
  }
  Result at(Property property) && {
    if (*this) return {};
    return std::move(*error_).at(std::move(property));
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

// Evaluates to the value, or returns the error from the enclosing function. A GNU statement
// expression (g++ and clang): the possible return is visible on its line.
#define OCI_TRY(...)                                               \
  __extension__({                                                  \
    auto oci_try_result = (__VA_ARGS__);                           \
    if (!oci_try_result) return std::move(oci_try_result).error(); \
    std::move(oci_try_result).value();                             \
  })

namespace detail {
inline void append(std::string& out, std::string_view part) {
  out += part;
}
inline void append(std::string& out, char part) {
  out += part;
}
template <class T>
requires std::is_integral_v<T>
void append(std::string& out, T part) {
  out += std::to_string(part);
}
}  // namespace detail

// Joins strings and integers: cat("mounts[", i, "]"). libstdc++ 12 has no <format>.
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  (detail::append(out, parts), ...);
  return out;
}

}  // namespace oci
