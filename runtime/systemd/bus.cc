#include "runtime/systemd/bus.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/sys/deadline.h"
#include "runtime/sys/file.h"
#include "runtime/systemd/values.h"
#include "third_party/libsystemd.h"

namespace oci::systemd {
namespace {

constexpr char kService[] = "org.freedesktop.systemd1";
constexpr char kManagerPath[] = "/org/freedesktop/systemd1";
constexpr char kManager[] = "org.freedesktop.systemd1.Manager";
constexpr std::chrono::milliseconds kPause{20};

struct Unref {
  // Does not flush: that would wait for a peer that does not answer.
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using BusPointer = std::unique_ptr<sd_bus, Unref>;
using Message = std::unique_ptr<sd_bus_message, Unref>;

// The error reply of systemd.
struct BusError {
  BusError() = default;
  BusError(const BusError&) = delete;
  BusError& operator=(const BusError&) = delete;
  ~BusError() { sd_bus_error_free(&error); }
  bool is(const char* name) const { return sd_bus_error_has_name(&error, name) > 0; }

  sd_bus_error error = SD_BUS_ERROR_NULL;
};

std::string address(Bus bus) {
  const char* given =
      ::getenv(bus == Bus::kSystem ? "DBUS_SYSTEM_BUS_ADDRESS" : "DBUS_SESSION_BUS_ADDRESS");
  constexpr std::string_view kPath = "unix:path=";
  if (given != nullptr) {
    const std::string_view text = given;
    if (!text.starts_with(kPath)) return std::string(text);
    return std::string(text.substr(kPath.size(), text.find_first_of(",;") - kPath.size()));
  }
  if (bus == Bus::kSystem) return "/run/dbus/system_bus_socket";
  const char* runtime = ::getenv("XDG_RUNTIME_DIR");
  return cat(runtime == nullptr ? "$XDG_RUNTIME_DIR" : runtime, "/bus");
}

// Own texts: engines would take "Permission denied" for an error of the container's program.
std::string_view why_unreachable(int err) {
  switch (err) {
    case ENOENT:
    case ENOTDIR:
    case ENOMEDIUM:
      return "not running";
    case ECONNREFUSED:
      return "no process listens there";
    case EACCES:
    case EPERM:
      return "this user may not connect";
    case ECONNRESET:
    case ENOTCONN:
    case EPIPE:
      return "it closes the connection";
    default:
      return "";
  }
}

Error unreachable(Bus bus, int err) {
  std::string why(why_unreachable(err));
  if (why.empty()) why = reason_of(err);
  if (bus == Bus::kSystem) {
    return Error(ErrorKind::kSystem,
                 cat("systemd: cannot reach the system bus at ", address(bus), " (", why,
                     "); start dbus, or use --cgroup-manager cgroupfs"));
  }
  return Error(ErrorKind::kSystem,
               cat("systemd: cannot reach the user bus at ", address(bus), " (", why,
                   "); log in with a session or \"loginctl enable-linger\", or use "
                   "--cgroup-manager cgroupfs"));
}

// Replaces texts that engines misread by the name of the error.
std::string words_of(const sd_bus_error& error) {
  std::string name = error.name == nullptr ? "no reason" : error.name;
  if (error.message == nullptr || name.starts_with("System.Error.")) return name;
  std::string message = error.message;
  std::string lower = message;
  for (char& c : lower)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const char* taken : {"no such file", "permission denied", "not found"}) {
    if (lower.find(taken) != std::string::npos) return name;
  }
  while (!message.empty() && (message.back() == '.' || message.back() == '\n'))
    message.pop_back();
  return message;
}

class Manager {
 public:
  Manager(Bus bus, std::string unit, sys::Deadline deadline)
      : which_(bus), unit_(std::move(unit)), deadline_(deadline) {}

  Status connect();
  Status start(const std::vector<Property>& properties);
  Status stop();
  Status set(const std::vector<Property>& properties);
  Status await_gone();

 private:
  struct Removed {
    std::string job, result;
  };
  static int on_job_removed(sd_bus_message* message, void* self, sd_bus_error*);

  Result<Message> new_call(const char* member);
  // Returns the reply. Null: systemd refused, see `refusal`. Error: no connection.
  Result<Message> call(const Message& request, BusError& refusal);
  Result<Message> call_about_unit(const char* member, BusError& refusal);
  Status await_job(const Message& reply);
  Status turn(sys::Deadline until);
  Status pause();
  Result<bool> is_active();
  Error refused(const char* member, const BusError& refusal) const;
  Error late(const char* waiting_for) const;
  uint64_t left_us() const;

  Bus which_;
  std::string unit_;
  sys::Deadline deadline_;
  BusPointer bus_;
  std::vector<Removed> removed_;
};

uint64_t Manager::left_us() const {
  return static_cast<uint64_t>(sys::poll_timeout(deadline_)) * 1000;
}

Error Manager::late(const char* waiting_for) const {
  return Error(ErrorKind::kBusy, cat("systemd: unit '", unit_, "': no answer in time, waiting for ",
                                     waiting_for, " over ", address(which_)));
}

Error Manager::refused(const char* member, const BusError& refusal) const {
  return Error(ErrorKind::kSystem, cat("systemd: unit '", unit_, "': ", member,
                                       " is refused: ", words_of(refusal.error)));
}

int Manager::on_job_removed(sd_bus_message* message, void* self, sd_bus_error*) {
  uint32_t id = 0;
  const char *job = nullptr, *unit = nullptr, *result = nullptr;
  if (sd_bus_message_read(message, "uoss", &id, &job, &unit, &result) < 0) return 0;
  static_cast<Manager*>(self)->removed_.push_back({job, result});
  return 0;
}

Status Manager::connect() {
  sd_bus* bus = nullptr;
  const int opened = which_ == Bus::kSystem ? sd_bus_open_system(&bus) : sd_bus_open_user(&bus);
  if (opened < 0) return unreachable(which_, -opened);
  bus_.reset(bus);
  // Subscribe before the first request, so that no JobRemoved is missed. The daemon handles the
  // calls of one connection in order, so there is nothing to wait for here.
  const int matched = sd_bus_match_signal_async(bus, nullptr, kService, kManagerPath, kManager,
                                                "JobRemoved", on_job_removed, nullptr, this);
  if (matched < 0) return unreachable(which_, -matched);
  // sd_bus_call() would wait for the connection without a limit.
  while (sd_bus_is_ready(bus) == 0) {
    if (left_us() == 0) return late("the connection");
    OCI_TRY(turn(deadline_));
  }
  return {};
}

Result<Message> Manager::new_call(const char* member) {
  sd_bus_message* message = nullptr;
  const int made = sd_bus_message_new_method_call(bus_.get(), &message, kService, kManagerPath,
                                                  kManager, member);
  if (made < 0) return unreachable(which_, -made);
  return Message(message);
}

Result<Message> Manager::call(const Message& request, BusError& refusal) {
  sd_bus_message* reply = nullptr;
  const uint64_t left = left_us();
  if (left == 0) return late(sd_bus_message_get_member(request.get()));
  const int done = sd_bus_call(bus_.get(), request.get(), left, &refusal.error, &reply);
  Message owned(reply);
  if (done >= 0) return owned;
  if (done == -ETIMEDOUT || refusal.is(SD_BUS_ERROR_NO_REPLY) || refusal.is(SD_BUS_ERROR_TIMEOUT)) {
    return late(sd_bus_message_get_member(request.get()));
  }
  // Errors made by sd-bus itself, not by the peer.
  if (sd_bus_is_open(bus_.get()) <= 0) return unreachable(which_, -done);
  if (refusal.is(SD_BUS_ERROR_SERVICE_UNKNOWN) || refusal.is(SD_BUS_ERROR_NAME_HAS_NO_OWNER)) {
    return Error(ErrorKind::kSystem, cat("systemd: it does not answer at ", address(which_),
                                         " (is it pid 1?); use --cgroup-manager cgroupfs"));
  }
  return Message();
}

Result<Message> Manager::call_about_unit(const char* member, BusError& refusal) {
  const Message message = OCI_TRY(new_call(member));
  if (sd_bus_message_append(message.get(), "s", unit_.c_str()) < 0) return late(member);
  return call(message, refusal);
}

// Handles one message, or waits for one.
Status Manager::turn(sys::Deadline until) {
  const int processed = sd_bus_process(bus_.get(), nullptr);
  if (processed < 0) return unreachable(which_, -processed);
  if (processed > 0) return {};
  const int waited =
      sd_bus_wait(bus_.get(), static_cast<uint64_t>(sys::poll_timeout(until)) * 1000);
  if (waited < 0 && waited != -EINTR) return unreachable(which_, -waited);
  return {};
}

Status Manager::await_job(const Message& reply) {
  const char* job = nullptr;
  if (sd_bus_message_read(reply.get(), "o", &job) < 0) return late("the job's name");
  for (;;) {
    const auto found = std::ranges::find(removed_, std::string_view(job), &Removed::job);
    if (found != removed_.end()) {
      if (found->result == "done") return {};
      return Error(ErrorKind::kSystem,
                   cat("systemd: unit '", unit_, "': its job ended as '", found->result,
                       "'; \"journalctl -u ", unit_, "\" may say why"));
    }
    if (left_us() == 0) return late("its job to end");
    OCI_TRY(turn(deadline_));
  }
}

// Polls: there is no event for this state that could not be missed.
Status Manager::pause() {
  const sys::Deadline until = sys::deadline_in(kPause);
  if (left_us() == 0) return late("a unit of the same name to be removed");
  while (sys::poll_timeout(until) > 0)
    OCI_TRY(turn(until));
  return {};
}

Result<bool> Manager::is_active() {
  BusError refusal;
  const Message reply = OCI_TRY(call_about_unit("GetUnit", refusal));
  if (!reply) return false;
  const char* path = nullptr;
  if (sd_bus_message_read(reply.get(), "o", &path) < 0) return false;
  char* state = nullptr;
  BusError ignored;
  const int read =
      sd_bus_get_property_string(bus_.get(), kService, path, "org.freedesktop.systemd1.Unit",
                                 "ActiveState", &ignored.error, &state);
  const std::unique_ptr<char, decltype(&::free)> owned(state, ::free);
  if (read < 0) return false;
  return std::string_view(state) == "active" || std::string_view(state) == "activating";
}

Status Manager::start(const std::vector<Property>& properties) {
  for (;;) {
    const Message message = OCI_TRY(new_call("StartTransientUnit"));
    if (sd_bus_message_append(message.get(), "ss", unit_.c_str(), "fail") < 0) {
      return late("a message");
    }
    OCI_TRY(append_properties(message.get(), properties));
    if (sd_bus_message_append(message.get(), "a(sa(sv))", 0) < 0) return late("a message");
    BusError refusal;
    const Message reply = OCI_TRY(call(message, refusal));
    if (reply) return await_job(reply);
    if (!refusal.is("org.freedesktop.systemd1.UnitExists")) {
      return refused("StartTransientUnit", refusal);
    }
    // It may be the leftover of a deleted container, about to be removed.
    if (OCI_TRY(is_active())) {
      return Error(ErrorKind::kExists,
                   cat("systemd: unit '", unit_,
                       "' exists already, and is not this container's; see \"systemctl status\""));
    }
    BusError ignored;
    (void)OCI_TRY(call_about_unit("ResetFailedUnit", ignored));
    OCI_TRY(pause());
  }
}

Status Manager::stop() {
  const Message message = OCI_TRY(new_call("StopUnit"));
  if (sd_bus_message_append(message.get(), "ss", unit_.c_str(), "replace") < 0)
    return late("a message");
  BusError refusal;
  const Message reply = OCI_TRY(call(message, refusal));
  if (!reply && !refusal.is("org.freedesktop.systemd1.NoSuchUnit"))
    return refused("StopUnit", refusal);
  if (!reply) return {};
  OCI_TRY(await_job(reply));
  BusError ignored;  // the unit did not fail
  (void)OCI_TRY(call_about_unit("ResetFailedUnit", ignored));
  return {};
}

Status Manager::set(const std::vector<Property>& properties) {
  const Message message = OCI_TRY(new_call("SetUnitProperties"));
  // Runtime only: the unit does not outlive the boot.
  if (sd_bus_message_append(message.get(), "sb", unit_.c_str(), 1) < 0) return late("a message");
  OCI_TRY(append_properties(message.get(), properties));
  BusError refusal;
  const Message reply = OCI_TRY(call(message, refusal));
  if (!reply) return refused("SetUnitProperties", refusal);
  // systemd writes the files after its reply, but before it handles the next call. So after this
  // reply, all files are written.
  BusError ignored;
  (void)OCI_TRY(call_about_unit("GetUnit", ignored));
  return {};
}

Status Manager::await_gone() {
  for (;;) {
    BusError refusal;
    const Message reply = OCI_TRY(call_about_unit("GetUnit", refusal));
    if (!reply) return {};
    OCI_TRY(pause());
  }
}

// "0::PATH" of cgroups(7).
Result<std::string> own_cgroup() {
  const std::string text =
      OCI_TRY(sys::read_file_at(AT_FDCWD, "/proc/self/cgroup", size_t{1} << 16));
  const size_t line = text.starts_with("0::") ? 0 : text.find("\n0::");
  if (line == text.npos) {
    return Error(ErrorKind::kUnsupported, "systemd: its scopes are not in a cgroup v2 tree");
  }
  const size_t start = line + (line == 0 ? 3 : 4);
  return text.substr(start, text.find('\n', start) - start);
}

Status start_around(pid_t pid, Manager& manager, const Request& request) {
  std::vector<Property> properties = request.properties;
  properties.push_back({"PIDs", "au", {std::to_string(pid)}});
  return manager.start(properties);
}

// This process is the first one in the scope, so that init can be cloned into it. So no process is
// ever moved into a container's cgroup, and if oci-rt is killed, the scope becomes empty and is
// removed.
Result<std::string> start_around_us(Manager& manager, const Request& request) {
  OCI_TRY(start_around(::getpid(), manager, request));
  std::string path = OCI_TRY(own_cgroup());
  if (path.ends_with(cat("/", request.unit))) return path;
  return Error(ErrorKind::kSystem, cat("systemd: unit '", request.unit,
                                       "' was made, but its "
                                       "process is in cgroup '",
                                       path, "'"));
}

Result<std::string> result_of(const Request& request) {
  Manager manager(request.bus, request.unit, sys::deadline_in(request.patience));
  OCI_TRY(manager.connect());
  switch (request.verb) {
    case Verb::kStart:
      return start_around_us(manager, request);
    case Verb::kEnclose:
      OCI_TRY(start_around(::getppid(), manager, request));
      break;
    case Verb::kStop:
      OCI_TRY(manager.stop());
      break;
    case Verb::kSet:
      OCI_TRY(manager.set(request.properties));
      break;
    case Verb::kAwaitGone:
      OCI_TRY(manager.await_gone());
      break;
  }
  return std::string();
}

}  // namespace

Answer perform(const Request& request) {
  Result<std::string> result = result_of(request);
  if (result) return {.good = true, .text = std::move(result).value()};
  return {.kind = result.error().kind(), .text = result.error().message()};
}

}  // namespace oci::systemd
