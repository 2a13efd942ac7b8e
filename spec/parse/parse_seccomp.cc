#include "spec/parse/parse_seccomp.h"

#include "spec/parse/names.h"
#include "spec/parse/reader.h"

namespace oci::spec {

void parse(Reader& in, SeccompArg& out);
void parse(Reader& in, SeccompSyscall& out);

void parse(Reader& in, SeccompArg& out) {
  in.required("index", out.index);
  in.required("value", out.value);
  in.optional("valueTwo", out.value_two);
  in.required_enum("op", kSeccompOperatorNames, out.op);
}

void parse(Reader& in, SeccompSyscall& out) {
  in.required("names", out.names);
  in.required_enum("action", kSeccompActionNames, out.action);
  in.optional("errnoRet", out.errno_ret);
  in.optional("args", out.args);
}

void parse(Reader& in, Seccomp& out) {
  in.required_enum("defaultAction", kSeccompActionNames, out.default_action);
  in.optional("defaultErrnoRet", out.default_errno_ret);
  in.names("architectures", kSeccompArchitectureNames, [&](std::string_view libseccomp_name) {
    out.architectures.emplace_back(name_of(kSeccompArchitectureNames, libseccomp_name));
  });
  in.names("flags", kSeccompFlagNames, [&](uint32_t flag) { out.flags |= flag; });
  in.optional("listenerPath", out.listener_path);
  in.optional("listenerMetadata", out.listener_metadata);
  in.optional("syscalls", out.syscalls);
}

}  // namespace oci::spec
