#include "runtime/criu/rpc.h"

#include "runtime/criu/protobuf.h"

namespace oci::criu {
namespace {

// The numbers of the fields are those of images/rpc.proto.
enum RequestField : uint32_t { kReqType = 1, kReqOpts = 2, kReqNotified = 3, kReqFeatures = 5 };

constexpr struct {
  uint32_t field;
  bool Options::*value;
} kFlags[] = {
    {3, &Options::leave_running},   {4, &Options::ext_unix_sk},
    {5, &Options::tcp_established}, {6, &Options::evasive_devices},
    {7, &Options::shell_job},       {8, &Options::file_locks},
    {12, &Options::notify_scripts}, {15, &Options::track_mem},
    {16, &Options::auto_dedup},     {18, &Options::link_remap},
    {26, &Options::rst_sibling},    {46, &Options::tcp_skip_in_flight},
    {48, &Options::lazy_pages},     {50, &Options::orphan_pts_master},
    {52, &Options::tcp_close},
};

constexpr struct {
  uint32_t field;
  std::string Options::*value;
} kTexts[] = {
    {10, &Options::log_file},          {13, &Options::root},        {14, &Options::parent_images},
    {44, &Options::freeze_cgroup},     {51, &Options::config_file}, {53, &Options::lsm_profile},
    {63, &Options::lsm_mount_context},
};

constexpr struct {
  uint32_t field;
  std::optional<int32_t> Options::*value;
} kNumbers[] = {
    {2, &Options::pid},
    {9, &Options::log_level},
    {17, &Options::work_dir},
    {49, &Options::status_fd},
};

enum OptionField : uint32_t {
  kImagesDir = 1,
  kPageServer = 11,
  kExternalMount = 23,
  kManagesCgroups = 24,
  kCgroupRoot = 25,
  kInheritedFd = 27,
  kCgroupMode = 34,
  kExternal = 37,
  kEmptyNamespaces = 38,
  kJoinedNamespace = 39,
  kNetworkLock = 64,
};

Encoder pair_of(const std::string& key, const std::string& value) {
  Encoder pair;
  pair.text(1, key);
  pair.text(2, value);
  return pair;
}

void add_lists(Encoder& out, const Options& options) {
  for (const auto& [key, value] : options.external_mounts)
    out.message(kExternalMount, pair_of(key, value));
  for (const auto& [key, descriptor] : options.inherited) {
    Encoder inherited;
    inherited.text(1, key);
    inherited.number(2, descriptor);
    out.message(kInheritedFd, inherited);
  }
  for (const std::string& name : options.external)
    out.text(kExternal, name);
  for (const JoinedNamespace& ns : options.joined)
    out.message(kJoinedNamespace, pair_of(ns.kind, ns.path));
}

Encoder encode_options(const Options& options) {
  Encoder out;
  out.number(kImagesDir, options.images_dir);
  for (const auto& row : kNumbers)
    if (const auto& value = options.*row.value) out.number(row.field, *value);
  for (const auto& row : kFlags)
    if (options.*row.value) out.number(row.field, 1);
  for (const auto& row : kTexts)
    if (const std::string& value = options.*row.value; !value.empty()) out.text(row.field, value);
  if (const auto& server = options.page_server) {
    Encoder address;
    address.text(1, server->address);
    address.number(2, server->port);
    out.message(kPageServer, address);
  }
  if (options.cgroup_mode) {
    out.number(kManagesCgroups, 1);
    out.number(kCgroupMode, static_cast<int64_t>(*options.cgroup_mode));
  }
  if (const auto& root = options.cgroup_root) {
    Encoder place;
    if (root->hierarchy) place.text(1, *root->hierarchy);
    place.text(2, root->path);
    out.message(kCgroupRoot, place);
  }
  if (options.empty_namespaces) out.number(kEmptyNamespaces, *options.empty_namespaces);
  if (options.network_lock) out.number(kNetworkLock, static_cast<int64_t>(*options.network_lock));
  add_lists(out, options);
  return out;
}

Status read_features(std::string_view text, Features& features) {
  for (const Field& field : OCI_TRY(decode(text))) {
    if (field.number == 1) features.mem_track = field.value != 0;
    if (field.number == 2) features.lazy_pages = field.value != 0;
  }
  return {};
}

Status read_notify(std::string_view text, Response& response) {
  for (const Field& field : OCI_TRY(decode(text))) {
    if (field.number == 1) response.script = field.text;
    if (field.number == 2) response.pid = static_cast<int32_t>(field.value);
  }
  return {};
}

Status read_restored(std::string_view text, Response& response) {
  for (const Field& field : OCI_TRY(decode(text)))
    if (field.number == 1) response.restored_pid = static_cast<int32_t>(field.value);
  return {};
}

// criu_get_version() of CRIU's library counts so: a release candidate is older than its release.
Status read_version(std::string_view text, Response& response) {
  for (const Field& field : OCI_TRY(decode(text))) {
    const auto value = static_cast<int32_t>(field.value);
    if (field.number == 1) response.version += value * 10000;
    if (field.number == 2) response.version += value * 100;
    if (field.number == 4) response.version += value;
  }
  return {};
}

constexpr struct {
  uint32_t field;
  Status (*read)(std::string_view text, Response& response);
} kMessages[] = {
    {4, read_restored},
    {5, read_notify},
    {8, [](std::string_view text,
           Response& response) { return read_features(text, response.features); }},
    {10, read_version},
};

}  // namespace

std::string encode(const Request& request) {
  Encoder out;
  out.number(kReqType, static_cast<int64_t>(request.type));
  if (request.options != nullptr) out.message(kReqOpts, encode_options(*request.options));
  if (request.notify_success) out.number(kReqNotified, 1);
  if (request.type == Type::kFeatureCheck) {
    Encoder features;
    if (request.features.mem_track) features.number(1, 1);
    if (request.features.lazy_pages) features.number(2, 1);
    out.message(kReqFeatures, features);
  }
  return out.bytes();
}

Result<Response> decode_response(std::string_view message) {
  Response response;
  for (const Field& field : OCI_TRY(decode(message))) {
    if (field.number == 1) response.type = static_cast<Type>(field.value);
    if (field.number == 2) response.success = field.value != 0;
    if (field.number == 7) response.error = static_cast<int32_t>(field.value);
    if (field.number == 9) response.message = field.text;
    for (const auto& row : kMessages)
      if (field.number == row.field && field.is_text) OCI_TRY(row.read(field.text, response));
  }
  return response;
}

std::string version_text(int32_t version) {
  std::string text = cat(version / 10000, ".", version / 100 % 100);
  if (version % 100 != 0) text += cat(".", version % 100);
  return text;
}

}  // namespace oci::criu
