#include "spec/parse/parse_filesystem.h"

#include "spec/parse/reader.h"

namespace oci::spec {

void parse(Reader& in, IdMapping& out) {
  in.required("containerID", out.container_id);
  in.required("hostID", out.host_id);
  in.required("size", out.size);
}

void parse(Reader& in, Root& out) {
  in.required("path", out.path);
  in.optional("readonly", out.readonly);
}

void parse(Reader& in, Mount& out) {
  in.required("destination", out.destination);
  in.optional("type", out.type);
  in.optional("source", out.source);
  in.optional("options", out.options);
  in.optional("uidMappings", out.uid_mappings);
  in.optional("gidMappings", out.gid_mappings);
}

}  // namespace oci::spec
