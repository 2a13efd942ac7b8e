#include "spec/write/write_features.h"

#include <initializer_list>

#include "spec/annotations.h"
#include "spec/parse/names.h"
#include "third_party/rapidjson.h"

namespace oci::spec {
namespace {

class FeaturesWriter {
 public:
  explicit FeaturesWriter(const Features& features) : features_(features) {
    json_.SetIndent(' ', 4);
  }

  std::string write() {
    json_.StartObject();
    text("ociVersionMin", "1.0.0");
    text("ociVersionMax", kOciVersion);
    names("hooks", kHookNames);
    texts("mountOptions", features_.mount_options);
    json_.Key("linux");
    linux_section();
    json_.Key("annotations");
    annotations();
    texts("potentiallyUnsafeConfigAnnotations", kEffectiveAnnotations);
    json_.EndObject();
    return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n";
  }

 private:
  void value(std::string_view text) {
    json_.String(text.data(), static_cast<json::Size>(text.size()));
  }

  void text(const char* key, std::string_view text) {
    json_.Key(key);
    value(text);
  }

  void optional_text(const char* key, std::string_view given) {
    if (!given.empty()) text(key, given);
  }

  void texts(const char* key, std::span<const std::string_view> list) {
    json_.Key(key);
    json_.StartArray();
    for (const std::string_view each : list)
      value(each);
    json_.EndArray();
  }

  template <class E, size_t N>
  void names(const char* key, const Name<E> (&table)[N]) {
    json_.Key(key);
    json_.StartArray();
    for (const Name<E>& each : table)
      value(each.name);
    json_.EndArray();
  }

  struct Flag {
    const char* key;
    bool value;
  };
  void flags(const char* key, std::initializer_list<Flag> list) {
    json_.Key(key);
    json_.StartObject();
    for (const Flag& flag : list) {
      json_.Key(flag.key);
      json_.Bool(flag.value);
    }
    json_.EndObject();
  }

  void linux_section() {
    json_.StartObject();
    names("namespaces", kNamespaceNames);
    texts("capabilities", features_.capabilities);
    flags("cgroup", {{"v1", false},
                     {"v2", true},
                     {"systemd", features_.systemd},
                     {"systemdUser", features_.systemd},
                     {"rdma", true}});
    json_.Key("seccomp");
    seccomp();
    flags("apparmor", {{"enabled", true}});
    flags("selinux", {{"enabled", true}});
    flags("intelRdt", {{"enabled", true}, {"schemata", true}, {"monitoring", true}});
    json_.Key("memoryPolicy");
    json_.StartObject();
    names("modes", kMemoryPolicyModeNames);
    names("flags", kMemoryPolicyFlagNames);
    json_.EndObject();
    json_.Key("mountExtensions");
    json_.StartObject();
    flags("idmap", {{"enabled", true}});
    json_.EndObject();
    flags("netDevices", {{"enabled", true}});
    json_.EndObject();
  }

  void seccomp() {
    json_.StartObject();
    json_.Key("enabled");
    json_.Bool(true);
    names("actions", kSeccompActionNames);
    names("operators", kSeccompOperatorNames);
    names("archs", kSeccompArchitectureNames);
    names("knownFlags", kSeccompFlagNames);
    names("supportedFlags", kSeccompFlagNames);
    json_.EndObject();
  }

  void annotations() {
    json_.StartObject();
    optional_text("io.github.seccomp.libseccomp.version", features_.libseccomp_version);
    optional_text("oci-rt.commit", features_.commit);
    optional_text("oci-rt.version", features_.version);
    // The name used by runc and crun, for engines that check it before a checkpoint.
    text("org.opencontainers.runc.checkpoint.enabled", features_.checkpoint ? "true" : "false");
    json_.EndObject();
  }

  const Features& features_;
  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json_{buffer_};
};

}  // namespace

std::string features_json(const Features& features) {
  return FeaturesWriter(features).write();
}

}  // namespace oci::spec
