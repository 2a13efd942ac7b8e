#include "runtime/state/record.h"

#include <algorithm>

#include "third_party/rapidjson.h"

namespace oci::state {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr char kPhaseNames[][9] = {"creating", "created"};

// ---- writing

void put(Writer& out, std::string_view key, const std::string& value) {
  out.Key(key.data(), static_cast<json::Size>(key.size()));
  out.String(value.data(), static_cast<json::Size>(value.size()));
}
void put(Writer& out, const char* key, int64_t value) {
  out.Key(key);
  out.Int64(value);
}
void put(Writer& out, const char* key, uint64_t value) {
  out.Key(key);
  out.Uint64(value);
}

void put(Writer& out, const char* key, const std::vector<std::string>& values) {
  out.Key(key);
  out.StartArray();
  for (const std::string& value : values) {
    out.String(value.data(), static_cast<json::Size>(value.size()));
  }
  out.EndArray();
}

void put(Writer& out, const char* key, const std::vector<spec::Hook>& hooks) {
  if (hooks.empty()) return;
  out.Key(key);
  out.StartArray();
  for (const spec::Hook& hook : hooks) {
    out.StartObject();
    put(out, "path", hook.path);
    put(out, "args", hook.args);
    if (hook.env) put(out, "env", *hook.env);
    if (hook.timeout) put(out, "timeout", *hook.timeout);
    out.EndObject();
  }
  out.EndArray();
}

void put(Writer& out, const char* key, const std::vector<NetDevice>& devices) {
  if (devices.empty()) return;
  out.Key(key);
  out.StartArray();
  for (const NetDevice& device : devices) {
    out.StartObject();
    put(out, "hostName", device.host_name);
    put(out, "hostIndex", static_cast<int64_t>(device.host_index));
    put(out, "passingName", device.transit_name);
    put(out, "name", device.name);
    out.Key("comesHome");
    out.Bool(device.returns_to_host);
    out.EndObject();
  }
  out.EndArray();
}

void put_given(Writer& out, const char* key, const std::string& value) {
  if (!value.empty()) put(out, key, value);
}

// ---- reading: absent members and members of another type keep the default

const json::Value* find(const json::Value& in, const char* key) {
  if (!in.IsObject()) return nullptr;
  const auto member = in.FindMember(key);
  return member == in.MemberEnd() ? nullptr : &member->value;
}

void get(const json::Value& value, std::string& out) {
  if (value.IsString()) out.assign(value.GetString(), value.GetStringLength());
}
void get(const json::Value& value, bool& out) {
  if (value.IsBool()) out = value.GetBool();
}
void get(const json::Value& value, int& out) {
  if (value.IsInt()) out = value.GetInt();
}
void get(const json::Value& value, uint32_t& out) {
  if (value.IsUint()) out = value.GetUint();
}
void get(const json::Value& value, uint64_t& out) {
  if (value.IsUint64()) out = value.GetUint64();
}
void get(const json::Value& value, std::optional<int64_t>& out) {
  if (value.IsInt64()) out = value.GetInt64();
}
void get(const json::Value& value, Phase& out) {
  if (!value.IsString()) return;
  // A phase added by a newer version comes after all known ones.
  out = std::string_view(value.GetString()) == kPhaseNames[0] ? Phase::kCreating : Phase::kCreated;
}
void get(const json::Value& value, std::vector<std::string>& out) {
  if (!value.IsArray()) return;
  for (const json::Value& item : value.GetArray()) {
    if (item.IsString()) out.emplace_back(item.GetString(), item.GetStringLength());
  }
}
void get(const json::Value& value, spec::Annotations& out) {
  if (!value.IsObject()) return;
  for (const auto& member : value.GetObject()) {
    if (!member.value.IsString()) continue;
    out.emplace_back(std::string(member.name.GetString(), member.name.GetStringLength()),
                     std::string(member.value.GetString(), member.value.GetStringLength()));
  }
}

template <class T>
void get(const json::Value& in, const char* key, T& out) {
  if (const json::Value* value = find(in, key)) get(*value, out);
}

void get(const json::Value& in, const char* key, std::vector<spec::Hook>& out) {
  const json::Value* value = find(in, key);
  if (value == nullptr || !value->IsArray()) return;
  for (const json::Value& item : value->GetArray()) {
    spec::Hook hook;
    get(item, "path", hook.path);
    get(item, "args", hook.args);
    if (find(item, "env") != nullptr) get(item, "env", hook.env.emplace());
    get(item, "timeout", hook.timeout);
    if (!hook.path.empty()) out.push_back(std::move(hook));
  }
}

void get(const json::Value& in, const char* key, std::vector<NetDevice>& out) {
  const json::Value* value = find(in, key);
  if (value == nullptr || !value->IsArray()) return;
  for (const json::Value& item : value->GetArray()) {
    NetDevice device;
    get(item, "hostName", device.host_name);
    get(item, "hostIndex", device.host_index);
    get(item, "passingName", device.transit_name);
    get(item, "name", device.name);
    get(item, "comesHome", device.returns_to_host);
    if (!device.host_name.empty()) out.push_back(std::move(device));
  }
}

// The first member of the wrong type among those that locate the container: a default would be
// wrong there. nullptr: none.
const char* first_of_wrong_type(const json::Value& in) {
  for (const char* key : {"id", "phase", "bootId", "cgroupDriver", "cgroupPath", "systemdUnit"}) {
    const json::Value* value = find(in, key);
    if (value != nullptr && !value->IsString()) return key;
  }
  for (const char* key : {"pid", "startTime", "runtimePid", "runtimeStartTime", "cgroupExisted",
                          "cgroupInode", "owner"}) {
    const json::Value* value = find(in, key);
    if (value != nullptr && !value->IsUint64()) return key;
  }
  return nullptr;
}

}  // namespace

std::string to_json(const Record& record) {
  rapidjson::StringBuffer text;
  Writer out(text);
  out.StartObject();
  put(out, "version", static_cast<int64_t>(record.version));
  put(out, "phase", std::string(kPhaseNames[static_cast<size_t>(record.phase)]));
  put(out, "id", record.id);
  put(out, "bundle", record.bundle);
  put(out, "rootfs", record.rootfs);
  put(out, "created", record.created);
  put(out, "owner", static_cast<uint64_t>(record.owner));
  put(out, "bootId", record.boot_id);
  put(out, "runtimePid", static_cast<int64_t>(record.runtime_pid));
  put(out, "runtimeStartTime", record.runtime_start_time);
  put(out, "pid", static_cast<int64_t>(record.pid));
  put(out, "startTime", record.start_time);
  put(out, "cgroupDriver", record.cgroup_driver);
  put(out, "cgroupPath", record.cgroup_path);
  put(out, "cgroupExisted", static_cast<uint64_t>(record.cgroup_existed));
  if (record.cgroup_inode != 0) put(out, "cgroupInode", record.cgroup_inode);
  if (!record.systemd_unit.empty()) {
    put(out, "systemdUnit", record.systemd_unit);
    out.Key("systemdUser");
    out.Bool(record.systemd_user);
  }
  if (record.check_before_update) {
    out.Key("checkBeforeUpdate");
    out.Bool(true);
  }
  if (!record.listener_path.empty()) {
    put(out, "listenerPath", record.listener_path);
    put(out, "listenerMetadata", record.listener_metadata);
  }
  if (record.chrooted) {
    out.Key("chrooted");
    out.Bool(true);
  }
  if (record.root_mount != 0) put(out, "rootMount", record.root_mount);
  put_given(out, "mountNamespace", record.mount_namespace);
  if (record.no_new_keyring) {
    out.Key("noNewKeyring");
    out.Bool(true);
  }
  put(out, "netDevices", record.net_devices);
  put_given(out, "netnsPath", record.netns_path);
  put_given(out, "rdtGroup", record.rdt_group);
  put_given(out, "rdtMonitor", record.rdt_monitor);
  out.Key("hasProcess");
  out.Bool(record.has_process);
  if (!record.annotations.empty()) {
    out.Key("annotations");
    out.StartObject();
    for (const auto& [key, value] : record.annotations)
      put(out, key, value);
    out.EndObject();
  }
  put(out, "poststart", record.poststart);
  put(out, "poststop", record.poststop);
  out.EndObject();
  return {text.GetString(), text.GetSize()};
}

Result<Record> parse_record(std::string text) {
  json::Document document;
  // Iterative, because damaged text may be nested at any depth.
  document.ParseInsitu<rapidjson::kParseIterativeFlag>(text.data());
  if (document.HasParseError()) {
    return Error(ErrorKind::kInvalidConfig,
                 cat("the record is damaged at byte ", document.GetErrorOffset()));
  }
  if (const char* const member = first_of_wrong_type(document)) {
    return Error(ErrorKind::kInvalidConfig,
                 cat("the record is damaged: ", member, " has the wrong type"));
  }
  Record record;
  get(document, "id", record.id);
  if (record.id.empty()) {
    return Error(ErrorKind::kInvalidConfig, "the record is damaged: it has no id");
  }
  get(document, "version", record.version);
  get(document, "phase", record.phase);
  get(document, "bundle", record.bundle);
  get(document, "rootfs", record.rootfs);
  get(document, "created", record.created);
  get(document, "owner", record.owner);
  get(document, "bootId", record.boot_id);
  get(document, "runtimePid", record.runtime_pid);
  get(document, "runtimeStartTime", record.runtime_start_time);
  get(document, "pid", record.pid);
  get(document, "startTime", record.start_time);
  get(document, "cgroupDriver", record.cgroup_driver);
  get(document, "cgroupPath", record.cgroup_path);
  get(document, "rootMount", record.root_mount);
  get(document, "mountNamespace", record.mount_namespace);
  get(document, "cgroupExisted", record.cgroup_existed);
  get(document, "cgroupInode", record.cgroup_inode);
  get(document, "systemdUnit", record.systemd_unit);
  get(document, "systemdUser", record.systemd_user);
  get(document, "checkBeforeUpdate", record.check_before_update);
  get(document, "listenerPath", record.listener_path);
  get(document, "listenerMetadata", record.listener_metadata);
  get(document, "chrooted", record.chrooted);
  get(document, "noNewKeyring", record.no_new_keyring);
  get(document, "netDevices", record.net_devices);
  get(document, "netnsPath", record.netns_path);
  get(document, "rdtGroup", record.rdt_group);
  get(document, "rdtMonitor", record.rdt_monitor);
  get(document, "hasProcess", record.has_process);
  get(document, "annotations", record.annotations);
  get(document, "poststart", record.poststart);
  get(document, "poststop", record.poststop);
  return record;
}

std::string rfc3339(const timespec& time) {
  // Days of the proleptic Gregorian calendar since 0000-03-01: in years that begin in March the
  // leap day is the last one. gmtime_r() would read a time zone.
  constexpr int64_t kDay = 86400, kEra = 146097;  // days in 400 years
  const int64_t whole_days = time.tv_sec / kDay - (time.tv_sec % kDay < 0 ? 1 : 0);
  const int64_t second = time.tv_sec - whole_days * kDay;
  const int64_t days = whole_days + 719468;  // from 0000-03-01 to 1970-01-01
  const int64_t era = (days >= 0 ? days : days - kEra + 1) / kEra;
  const int64_t of_era = days - era * kEra;
  const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t from_march = (5 * of_year + 2) / 153;
  const int64_t day = of_year - (153 * from_march + 2) / 5 + 1;
  const int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

  std::string out;
  const auto put = [&out](char before, int64_t value, size_t width) {
    const std::string digits = std::to_string(value);
    if (before != '\0') out += before;
    out.append(width - std::min(width, digits.size()), '0') += digits;
  };
  put('\0', year, 4);
  put('-', month, 2);
  put('-', day, 2);
  put('T', second / 3600, 2);
  put(':', second / 60 % 60, 2);
  put(':', second % 60, 2);
  put('.', time.tv_nsec, 9);
  return out += 'Z';
}

std::string rfc3339_now() {
  timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return rfc3339(now);
}

}  // namespace oci::state
